"""Formats of providers' tokens that detect-secrets does not know: each is recognisable by its form alone.

Only formats with a distinctive prefix and a length are listed; the entropy plugins find other random strings.
"""

from __future__ import annotations

# An identifier may begin like a token, so the rest must look random.
_MIXED = r"(?=[\w-]*[a-z])(?=[\w-]*[A-Z])"
_DIGIT = r"(?=[\w-]*(?:[0-9]|[A-Z]{2}))"  # or two capitals: one in seventy of the short ones has no digit
NPM = "npm Access Token"
TOKEN_PATTERNS = {
    # https://docs.anthropic.com/en/api/admin-api
    "Anthropic API Key": r"sk-ant-(?:api|admin|oat|ort)[0-9]{2}-[\w-]{80,128}",
    # https://docs.databricks.com/en/dev-tools/auth/pat.html
    "Databricks Token": r"dapi[0-9a-f]{32}(?:-[0-9])?",
    # https://docs.digitalocean.com/reference/api/create-personal-access-token/
    "DigitalOcean Token": r"do[opr]_v1_[0-9a-f]{64}",
    # https://docs.docker.com/security/access-tokens/
    "Docker Hub Token": r"dckr_[po]at_[\w-]{27,40}",
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    "GitHub Fine-Grained Token": r"github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}",
    # https://cloud.google.com/docs/authentication/api-keys
    "Google API Key": r"AIza[\w-]{35}",
    # https://developers.google.com/identity/protocols/oauth2
    "Google OAuth Client Secret": r"GOCSPX-[\w-]{28}",
    # https://grafana.com/docs/grafana/latest/administration/service-accounts/
    "Grafana Token": r"gl(?:sa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}|c_eyJ[0-9A-Za-z+/]{60,400}={0,2})",
    # https://developer.hashicorp.com/vault/docs/concepts/tokens
    "HashiCorp Vault Token": rf"hv[sbr]\.{_MIXED}{_DIGIT}[\w-]{{24,300}}",
    # https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
    "HashiCorp Terraform Token": r"[0-9A-Za-z]{14}\.atlasv1\.[\w=-]{60,70}",
    # https://huggingface.co/docs/hub/security-tokens (letters alone)
    "Hugging Face Token": rf"hf_{_MIXED}[A-Za-z]{{34}}",
    # https://linear.app/developers/graphql
    "Linear API Key": r"lin_api_[0-9A-Za-z]{40}",
    # https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
    "New Relic API Key": r"NRAK-[0-9A-Z]{27}",
    # https://docs.npmjs.com/about-access-tokens
    NPM: r"npm_[0-9A-Za-z]{36}",
    # https://learning.postman.com/docs/developer/postman-api/authentication/
    "Postman API Key": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    # https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/
    "Pulumi Access Token": r"pul-[0-9a-f]{40}",
    # https://guides.rubygems.org/api-key-scopes/
    "RubyGems API Key": r"rubygems_[0-9a-f]{48}",
    # https://docs.sentry.io/account/auth-tokens/
    "Sentry Auth Token": r"sntry(?:u_[0-9a-f]{64}|s_eyJ[0-9A-Za-z+/=_-]{40,400})",
    # https://shopify.dev/docs/apps/build/authentication-authorization
    "Shopify Access Token": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    # https://api.slack.com/concepts/token-types
    "Slack App-Level Token": r"xapp-[0-9]-[0-9A-Z]{8,14}-[0-9]{10,16}-[0-9a-f]{64}",
}
TOKEN_TYPES = frozenset(TOKEN_PATTERNS)
