"""Tokens of monitoring, logging, analytics and security services."""

from __future__ import annotations

from scangate.secrets.tokens.formats import ALNUM, BASE64URL, HEX, LOWER, UPPER, UUID, NamedFormat, TokenFormat, UrlFormat

_NEW_RELIC = "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/"

FORMATS = (
    TokenFormat("new-relic-api-key", "New Relic API Key", "NRAK-", f"{UPPER}{{27}}", _NEW_RELIC),
    TokenFormat("new-relic-insert-key", "New Relic Insert Key", "NRII- NRIQ-", f"{BASE64URL}{{32}}", _NEW_RELIC),
    TokenFormat(
        "grafana-token",
        "Grafana Token",
        "glsa_",
        f"{ALNUM}{{32}}_[0-9A-Fa-f]{{8}}",
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
    ),
    TokenFormat(
        "grafana-token",
        "Grafana Token",
        "glc_eyJ",
        "[0-9A-Za-z+/]{60,400}={0,2}",
        "https://grafana.com/docs/grafana-cloud/security-and-account-management/authentication-and-permissions/access-policies/",
    ),
    TokenFormat(
        "grafana-token",
        "Grafana Token",
        "eyJrIjoi",
        f"{ALNUM}{{50,120}}={{0,2}}",
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
    ),
    TokenFormat(
        "dynatrace-token",
        "Dynatrace Token",
        "dt0c01. dt0s01. dt0s02. dt0s03. dt0s06. dt0s08. dt0s16. dt0a01.",
        "[A-Z2-7]{24}[.][A-Z2-7]{64}",
        "https://docs.dynatrace.com/docs/dynatrace-api/basics/dynatrace-api-authentication",
    ),
    TokenFormat("sentry-auth-token", "Sentry Auth Token", "sntryu_", f"{HEX}{{64}}", "https://docs.sentry.io/account/auth-tokens/"),
    TokenFormat(
        "sentry-auth-token",
        "Sentry Auth Token",
        "sntrys_eyJ",
        "[0-9A-Za-z+/]{40,360}={0,2}_[0-9A-Za-z+/]{43}",
        "https://docs.sentry.io/account/auth-tokens/",
    ),
    TokenFormat(
        "honeycomb-api-key",
        "Honeycomb API Key",
        "hcaik_ hcbik_ hceik_",
        f"{LOWER}{{58}}",
        "https://docs.honeycomb.io/get-started/configure/environments/manage-api-keys/",
    ),
    TokenFormat(
        "posthog-personal-api-key", "PostHog Personal API Key", "phx_", f"{ALNUM}{{43,48}}", "https://posthog.com/docs/api"
    ),
    TokenFormat(
        "logfire-token",
        "Pydantic Logfire Token",
        "pylf_v1_us_ pylf_v1_eu_ pylf_v2_us_ pylf_v2_eu_",
        f"{ALNUM}{{43,44}}",
        "https://logfire.pydantic.dev/docs/how-to-guides/create-write-tokens/",
    ),
    TokenFormat(
        "launchdarkly-sdk-key", "LaunchDarkly Key", "sdk- api-", UUID, "https://launchdarkly.com/docs/home/account/environment/keys"
    ),
    TokenFormat("axiom-token", "Axiom Token", "xaat- xapt-", UUID, "https://axiom.co/docs/reference/tokens"),
    TokenFormat(
        "checkly-api-key",
        "Checkly API Key",
        "cu_",
        f"{HEX}{{32}}",
        "https://www.checklyhq.com/docs/accounts-and-users/creating-api-key/",
    ),
    TokenFormat(
        "statsig-secret-key", "Statsig Secret Key", "secret-", f"{ALNUM}{{43}}", "https://docs.statsig.com/sdk-keys/api-keys/"
    ),
)
NAMED = (
    NamedFormat(
        "new-relic-license-key",
        "New Relic License Key",
        "",
        ALNUM,
        (40,),
        _NEW_RELIC,
        start=f"(?:eu01xx{HEX}{{26}}FFFF|{HEX}{{36}}|{HEX}{{32}}FFFF)NRAL",
    ),
    NamedFormat(
        "datadog-api-key",
        "Datadog API Key",
        "datadog dd dd_api_key ddog",
        HEX,
        (32,),
        "https://docs.datadoghq.com/account_management/api-app-keys/",
        kinds="key token",
    ),
    NamedFormat(
        "datadog-application-key",
        "Datadog Application Key",
        "datadog dd",
        HEX,
        (40,),
        "https://docs.datadoghq.com/account_management/api-app-keys/",
        kinds="key",
    ),
    NamedFormat("new-relic-license-key", "New Relic License Key", "newrelic new_relic new-relic", ALNUM, (40,), _NEW_RELIC),
    NamedFormat(
        "pagerduty-api-key",
        "PagerDuty API Key",
        "pagerduty pagerduty.com",
        "[0-9A-Za-z_+-]",
        (20,),
        "https://support.pagerduty.com/main/docs/api-access-keys",
    ),
    NamedFormat(
        "pagerduty-integration-key",
        "PagerDuty Integration Key",
        "pagerduty pd",
        HEX,
        (32,),
        "https://support.pagerduty.com/main/docs/services-and-integrations",
        kinds="routing integration service key",
    ),
    NamedFormat(
        "opsgenie-api-key",
        "Opsgenie API Key",
        "opsgenie geniekey",
        UUID,
        (36,),
        "https://support.atlassian.com/opsgenie/docs/api-key-management/",
    ),
    NamedFormat(
        "splunk-hec-token",
        "Splunk HTTP Event Collector Token",
        "splunk hec",
        UUID,
        (36,),
        "https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector",
        kinds="token",
    ),
    NamedFormat(
        "rollbar-access-token", "Rollbar Access Token", "rollbar", HEX, (32,), "https://docs.rollbar.com/docs/access-tokens"
    ),
    NamedFormat("bugsnag-api-key", "BugSnag API Key", "bugsnag", HEX, (32,), "https://docs.bugsnag.com/api/data-access/"),
    NamedFormat(
        "logz-io-token",
        "Logz.io Token",
        "logz logzio",
        ALNUM,
        (32,),
        "https://docs.logz.io/docs/user-guide/admin/authentication-tokens/",
        kinds="token",
    ),
    NamedFormat(
        "loggly-token",
        "Loggly Token",
        "loggly",
        UUID,
        (36,),
        "https://documentation.solarwinds.com/en/success_center/loggly/content/admin/customer-token-authentication-token.htm",
        kinds="token",
    ),
    NamedFormat(
        "algolia-admin-api-key",
        "Algolia API Key",
        "algolia",
        HEX,
        (32,),
        "https://www.algolia.com/doc/guides/security/api-keys/",
        kinds="admin write key secret",
    ),
    NamedFormat(
        "mixpanel-secret",
        "Mixpanel Secret",
        "mixpanel",
        ALNUM,
        (32,),
        "https://developer.mixpanel.com/reference/project-secret",
        kinds="secret",
    ),
    NamedFormat(
        "amplitude-secret-key",
        "Amplitude Secret Key",
        "amplitude",
        HEX,
        (32,),
        "https://amplitude.com/docs/apis/authentication",
        kinds="secret",
    ),
    NamedFormat(
        "segment-write-key",
        "Segment Key",
        "segment",
        ALNUM,
        (32,),
        "https://segment.com/docs/connections/find-writekey/",
        kinds="write secret token",
    ),
    NamedFormat(
        "virustotal-api-key",
        "VirusTotal API Key",
        "virustotal vt",
        HEX,
        (64,),
        "https://docs.virustotal.com/docs/please-give-me-an-api-key",
    ),
    NamedFormat("shodan-api-key", "Shodan API Key", "shodan", ALNUM, (32,), "https://developer.shodan.io/api/requirements"),
    NamedFormat("abuseipdb-api-key", "AbuseIPDB API Key", "abuseipdb", HEX, (80,), "https://docs.abuseipdb.com/"),
    NamedFormat(
        "honeybadger-api-key",
        "Honeybadger API Key",
        "honeybadger hbp",
        ALNUM,
        (36,),
        "https://docs.honeybadger.io/api/",
        start="hbp_",
    ),
)
URLS: tuple[UrlFormat, ...] = ()
