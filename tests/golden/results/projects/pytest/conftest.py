"""Writes the report log as pytest-reportlog does, with pytest's own serializer."""
import json
import os


def _write(data):
    path = os.environ.get("REPORT_LOG")
    if path:
        with open(path, "a", encoding="utf-8") as log:
            log.write(json.dumps(data) + "\n")


def pytest_sessionstart(session):
    _write({"pytest_version": "7.2.1", "$report_type": "SessionStart"})


def pytest_sessionfinish(session, exitstatus):
    _write({"exitstatus": exitstatus, "$report_type": "SessionFinish"})


def pytest_configure(config):
    config.pluginmanager.register(Log(config))


class Log:
    def __init__(self, config):
        self.config = config

    def _report(self, report):
        data = self.config.hook.pytest_report_to_serializable(
            config=self.config, report=report)
        _write(data)

    def pytest_runtest_logreport(self, report):
        self._report(report)

    def pytest_collectreport(self, report):
        self._report(report)
