"""Runs one of python3's own test modules and prints the outcome of each test, sorted."""
import os, sys, unittest


class Outcomes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.outcomes = {}

    def note(self, test, outcome):
        self.outcomes[test.id() if hasattr(test, "id") else str(test)] = outcome

    def addSuccess(self, test): self.note(test, "ok")
    def addError(self, test, error): self.note(test, "ERROR")
    def addFailure(self, test, error): self.note(test, "FAIL")
    def addSkip(self, test, reason): self.note(test, "skipped")
    def addExpectedFailure(self, test, error): self.note(test, "expected failure")
    def addUnexpectedSuccess(self, test): self.note(test, "unexpected success")


if __name__ == "__main__":
    results = os.fdopen(os.dup(1), "w")
    outcomes = Outcomes()
    unittest.defaultTestLoader.loadTestsFromName("test." + sys.argv[1]).run(outcomes)
    for name, outcome in sorted(outcomes.outcomes.items()):
        print(name, outcome, file=results)
    results.flush()
    # Do not wait for threads that a test has left behind.
    os._exit(0)
