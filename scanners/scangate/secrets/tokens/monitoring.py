"""Tokens of monitoring, logging, analytics and security services."""

from __future__ import annotations

from scangate.secrets.tokens.formats import ALNUM, BASE64URL, HEX, LOWER, UPPER, UUID, NamedFormat, TokenFormat, UrlFormat

_NEW_RELIC = "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/"

FORMATS = (
    TokenFormat("new-relic-api-key", "New Relic API key", "NRAK-", f"{UPPER}{{27}}", _NEW_RELIC),
    TokenFormat("new-relic-insert-key", "New Relic insert key", "NRII- NRIQ-", f"{BASE64URL}{{32}}", _NEW_RELIC),
    TokenFormat(
        "grafana-token",
        "Grafana token",
        "glsa_",
        f"{ALNUM}{{32}}_[0-9A-Fa-f]{{8}}",
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
    ),
    TokenFormat(
        "grafana-token",
        "Grafana token",
        "glc_eyJ",
        "[0-9A-Za-z+/]{60,400}={0,2}",
        "https://grafana.com/docs/grafana-cloud/security-and-account-management/authentication-and-permissions/access-policies/",
    ),
    TokenFormat(
        "grafana-token",
        "Grafana token",
        "eyJrIjoi",
        f"{ALNUM}{{50,120}}={{0,2}}",
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
    ),
    TokenFormat(
        "dynatrace-token",
        "Dynatrace token",
        "dt0c01. dt0s01. dt0s02. dt0s03. dt0s06. dt0s08. dt0s16. dt0a01.",
        "[A-Z2-7]{24}[.][A-Z2-7]{64}",
        "https://docs.dynatrace.com/docs/dynatrace-api/basics/dynatrace-api-authentication",
    ),
    TokenFormat("sentry-auth-token", "Sentry auth token", "sntryu_", f"{HEX}{{64}}", "https://docs.sentry.io/account/auth-tokens/"),
    TokenFormat(
        "sentry-auth-token",
        "Sentry auth token",
        "sntrys_eyJ",
        "[0-9A-Za-z+/]{40,360}={0,2}_[0-9A-Za-z+/]{43}",
        "https://docs.sentry.io/account/auth-tokens/",
    ),
    TokenFormat(
        "honeycomb-api-key",
        "Honeycomb API key",
        "hcaik_ hcbik_ hceik_",
        f"{LOWER}{{58}}",
        "https://docs.honeycomb.io/get-started/configure/environments/manage-api-keys/",
    ),
    TokenFormat(
        "posthog-personal-api-key", "PostHog personal API key", "phx_", f"{ALNUM}{{43,48}}", "https://posthog.com/docs/api"
    ),
    TokenFormat(
        "logfire-token",
        "Pydantic Logfire token",
        "pylf_v1_us_ pylf_v1_eu_ pylf_v2_us_ pylf_v2_eu_",
        f"{ALNUM}{{43,44}}",
        "https://logfire.pydantic.dev/docs/how-to-guides/create-write-tokens/",
    ),
    TokenFormat(
        "launchdarkly-sdk-key", "LaunchDarkly key", "sdk- api-", UUID, "https://launchdarkly.com/docs/home/account/environment/keys"
    ),
    TokenFormat("axiom-token", "Axiom token", "xaat- xapt-", UUID, "https://axiom.co/docs/reference/tokens"),
    TokenFormat(
        "checkly-api-key",
        "Checkly API key",
        "cu_",
        f"{HEX}{{32}}",
        "https://www.checklyhq.com/docs/accounts-and-users/creating-api-key/",
    ),
    TokenFormat(
        "statsig-secret-key", "Statsig secret key", "secret-", f"{ALNUM}{{43}}", "https://docs.statsig.com/sdk-keys/api-keys/"
    ),
)
NAMED = (
    NamedFormat(
        "new-relic-license-key",
        "New Relic license key",
        "",
        ALNUM,
        (40,),
        _NEW_RELIC,
        start=f"(?:eu01xx{HEX}{{26}}FFFF|{HEX}{{36}}|{HEX}{{32}}FFFF)NRAL",
    ),
    NamedFormat(
        "datadog-api-key",
        "Datadog API key",
        "datadog dd dd_api_key ddog",
        HEX,
        (32,),
        "https://docs.datadoghq.com/account_management/api-app-keys/",
        kinds="key token",
    ),
    NamedFormat(
        "datadog-application-key",
        "Datadog application key",
        "datadog dd",
        HEX,
        (40,),
        "https://docs.datadoghq.com/account_management/api-app-keys/",
        kinds="key",
    ),
    NamedFormat("new-relic-license-key", "New Relic license key", "newrelic new_relic new-relic", ALNUM, (40,), _NEW_RELIC),
    NamedFormat(
        "pagerduty-api-key",
        "PagerDuty API key",
        "pagerduty pagerduty.com",
        "[0-9A-Za-z_+-]",
        (20,),
        "https://support.pagerduty.com/main/docs/api-access-keys",
    ),
    NamedFormat(
        "pagerduty-integration-key",
        "PagerDuty integration key",
        "pagerduty pd",
        HEX,
        (32,),
        "https://support.pagerduty.com/main/docs/services-and-integrations",
        kinds="routing integration service key",
    ),
    NamedFormat(
        "opsgenie-api-key",
        "Opsgenie API key",
        "opsgenie geniekey",
        UUID,
        (36,),
        "https://support.atlassian.com/opsgenie/docs/api-key-management/",
    ),
    NamedFormat(
        "splunk-hec-token",
        "Splunk HTTP Event Collector token",
        "splunk hec",
        UUID,
        (36,),
        "https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector",
        kinds="token",
    ),
    NamedFormat(
        "rollbar-access-token", "Rollbar access token", "rollbar", HEX, (32,), "https://docs.rollbar.com/docs/access-tokens"
    ),
    NamedFormat("bugsnag-api-key", "BugSnag API key", "bugsnag", HEX, (32,), "https://docs.bugsnag.com/api/data-access/"),
    NamedFormat(
        "logz-io-token",
        "Logz.io token",
        "logz logzio",
        ALNUM,
        (32,),
        "https://docs.logz.io/docs/user-guide/admin/authentication-tokens/",
        kinds="token",
    ),
    NamedFormat(
        "loggly-token",
        "Loggly token",
        "loggly",
        UUID,
        (36,),
        "https://documentation.solarwinds.com/en/success_center/loggly/content/admin/customer-token-authentication-token.htm",
        kinds="token",
    ),
    NamedFormat(
        "algolia-admin-api-key",
        "Algolia API key",
        "algolia",
        HEX,
        (32,),
        "https://www.algolia.com/doc/guides/security/api-keys/",
        kinds="admin write key secret",
    ),
    NamedFormat(
        "mixpanel-secret",
        "Mixpanel secret",
        "mixpanel",
        ALNUM,
        (32,),
        "https://developer.mixpanel.com/reference/project-secret",
        kinds="secret",
    ),
    NamedFormat(
        "amplitude-secret-key",
        "Amplitude secret key",
        "amplitude",
        HEX,
        (32,),
        "https://amplitude.com/docs/apis/authentication",
        kinds="secret",
    ),
    NamedFormat(
        "segment-write-key",
        "Segment key",
        "segment",
        ALNUM,
        (32,),
        "https://segment.com/docs/connections/find-writekey/",
        kinds="write secret token",
    ),
    NamedFormat(
        "virustotal-api-key",
        "VirusTotal API key",
        "virustotal vt",
        HEX,
        (64,),
        "https://docs.virustotal.com/docs/please-give-me-an-api-key",
    ),
    NamedFormat("shodan-api-key", "Shodan API key", "shodan", ALNUM, (32,), "https://developer.shodan.io/api/requirements"),
    NamedFormat("abuseipdb-api-key", "AbuseIPDB API key", "abuseipdb", HEX, (80,), "https://docs.abuseipdb.com/"),
    NamedFormat(
        "honeybadger-api-key",
        "Honeybadger API key",
        "honeybadger hbp",
        ALNUM,
        (36,),
        "https://docs.honeybadger.io/api/",
        start="hbp_",
    ),
)
URLS: tuple[UrlFormat, ...] = ()
