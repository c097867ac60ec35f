"""A fake Security Hub that follows the documentation where moto does not: limits, order of updates, filters, pages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from tests.support.aws.account import ACCOUNT, REGION
from tests.support.aws.protocol import AwsError

__all__ = ["FakeHub"]

PRODUCT = f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"
LENGTHS = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "ProductArn": 2048}
PROVIDED = ("Severity", "Types", "Confidence", "Criticality", "RelatedFindings")
PAGE = 100


class FakeHub:
    """The hub of one account. ``failing_ids``: Ids that it always rejects."""

    def __init__(self, *, enabled: bool = True, region: str = REGION) -> None:
        self.enabled = enabled
        self.product = PRODUCT.replace(REGION, region)
        self.findings: dict[str, dict[str, Any]] = {}
        self.failing_ids: set[str] = set()
        self.ignored_ids: list[str] = []
        self.service = {"BatchImportFindings": self._import, "GetFindings": self._get}

    @property
    def active_ids(self) -> set[str]:
        """The Ids that are ACTIVE."""
        return {name for name, document in self.findings.items() if document["RecordState"] == "ACTIVE"}

    def _import(self, request: Any) -> dict[str, Any]:
        if len(json.dumps(request).encode()) > 6_000_000:
            raise AwsError("InvalidInputException", "the batch is larger than 6 MB")
        failed = []
        for document in request["Findings"]:
            problem = self.find_problem(document)
            if problem is None:
                self._keep(document)
            else:
                failed.append({"Id": document["Id"], "ErrorCode": problem[0], "ErrorMessage": problem[1]})
        return {"FailedCount": len(failed), "SuccessCount": len(request["Findings"]) - len(failed), "FailedFindings": failed}

    def find_problem(self, document: Mapping[str, Any]) -> tuple[str, str] | None:  # noqa: PLR0911 -- one for each documented rule
        """The error code and message with which the hub rejects a finding, by its documented limits."""
        if not self.enabled:
            return "InvalidAccess", "the hub is not enabled"
        for name in (
            "SchemaVersion",
            "Id",
            "ProductArn",
            "GeneratorId",
            "AwsAccountId",
            "CreatedAt",
            "UpdatedAt",
            "Title",
            "Description",
        ):
            if not document.get(name):
                return "InvalidInput", f"{name} is missing"
        if (document["ProductArn"], document["AwsAccountId"]) != (self.product, ACCOUNT):
            return "InvalidAccess", "not a product of this account"
        long = [name for name, most in LENGTHS.items() if len(document[name]) > most]
        if long or len(json.dumps(document).encode()) > 240_000:
            return "InvalidInput", f"too long: {long}"
        if not 1 <= len(document["Resources"]) <= 32 or not all(
            each.get("Id") and each.get("Type") for each in document["Resources"]
        ):
            return "InvalidInput", "Resources"
        provided = {**document, **document.get("FindingProviderFields", {})}
        if not provided.get("Severity", {}).get("Label") or not 1 <= len(provided.get("Types", [])) <= 50:
            return "InvalidInput", "Severity and Types are needed"
        fields = document.get("ProductFields", {})
        if len(fields) > 50 or any(len(key) > 128 or len(value) > 2048 or key.startswith("aws/") for key, value in fields.items()):
            return "InvalidInput", "ProductFields"
        if {"Workflow", "Note", "UserDefinedFields", "VerificationState"} & set(document):
            return "InvalidInput", "a field that is the customer's"
        return ("InternalFailure", "try again") if document["Id"] in self.failing_ids else None

    def _keep(self, document: dict[str, Any]) -> None:
        before = self.findings.get(document["Id"])
        if before and _moment(document["UpdatedAt"]) <= _moment(before["UpdatedAt"]):
            self.ignored_ids.append(document["Id"])  # without a word, as documented
            return
        provided = document.get("FindingProviderFields", {})
        own = {"Workflow": {"Status": "NEW"}, "WorkflowState": "NEW", "ProductName": "Default", "CompanyName": "Personal"}
        customer = {name: before[name] for name in ("Workflow", "Note") if before and name in before}
        stored: dict[str, Any] = {**own, **document, **{name: provided[name] for name in PROVIDED if name in provided}}
        self.findings[document["Id"]] = stored | customer

    def _get(self, request: Any) -> dict[str, Any]:
        if not self.enabled:
            raise AwsError("InvalidAccessException", "the account is not subscribed to Security Hub", 401)
        matching = [document for _, document in sorted(self.findings.items()) if _matches(document, request.get("Filters", {}))]
        start, most = int(request.get("NextToken", 0)), min(request.get("MaxResults", PAGE), PAGE)
        more = {"NextToken": str(start + most)} if start + most < len(matching) else {}
        return {"Findings": matching[start : start + most], **more}


def _matches(document: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    return all(any(_compares(document[name], each) for each in criteria) for name, criteria in filters.items())


def _compares(value: str, criteria: Mapping[str, str]) -> bool:
    if criteria["Comparison"] == "PREFIX":
        return value.startswith(criteria["Value"])
    assert criteria["Comparison"] == "EQUALS"
    return value == criteria["Value"]


def _moment(stamp: str) -> dt.datetime:
    return dt.datetime.fromisoformat(stamp)
