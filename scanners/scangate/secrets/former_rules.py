"""The rules that reported secrets in version 0.1: baselines and exceptions may name them for what a newer rule reports now."""

from __future__ import annotations

from collections.abc import Sequence

from scangate.secrets.values import word_set

FORMER_RULES = word_set(
    """
    anthropic-api-key artifactory-credentials aws-access-key azure-storage-account-access-key base64-high-entropy-string
    basic-auth-credentials cloudant-credentials databricks-token digitalocean-token discord-bot-token docker-hub-token
    github-fine-grained-token github-token gitlab-token google-api-key google-oauth-client-secret grafana-token
    hashicorp-terraform-token hashicorp-vault-token hex-high-entropy-string hugging-face-token ibm-cloud-iam-key
    ibm-cos-hmac-credentials json-web-token linear-api-key mailchimp-access-key new-relic-api-key npm-access-token
    npm-tokens openai-token postman-api-key private-key public-ip-ipv4 pulumi-access-token pypi-token rubygems-api-key
    secret-keyword sendgrid-api-key sentry-auth-token shopify-access-token slack-app-level-token slack-token
    softlayer-credentials square-oauth-secret stripe-access-key telegram-bot-token twilio-api-key
    """
)
"""Those of detect-secrets, and of the formats of tokens that were added to it. Some are rules of our own detectors today."""


def former_rule(detectors: Sequence[str]) -> str:
    """The rule that reported a secret before; empty if it is the first of ``detectors``, which represents it, or if none did."""
    if detectors[0] in FORMER_RULES:
        return ""
    return next((rule for rule in detectors if rule in FORMER_RULES), "")
