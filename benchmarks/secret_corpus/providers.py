"""The shapes of providers' tokens and keys, each with the name it is usually kept under and where its provider describes it.

Where a provider shows samples and gives no length, the length is that of the samples, or a range around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["PROVIDERS", "PUBLIC", "Provider"]


@dataclass(frozen=True, slots=True)
class Provider:
    """A kind of token. ``alone``: its form says what it is; else its name, header or host must."""

    name: str
    variable: str
    form: str
    source: str
    alone: bool


def _rows(text: str, alone: bool) -> Iterator[Provider]:
    for line in text.strip().splitlines():
        name, variable, form, source = line.split()
        yield Provider(name, variable, form, f"https://{source}", alone)


# name, variable, shape, source
ALONE = r"""
github-classic GITHUB_TOKEN ghp_[A-Za-z0-9]{30}{crc} github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
github-oauth GH_OAUTH_TOKEN gho_[A-Za-z0-9]{30}{crc} github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
github-user GH_USER_TOKEN ghu_[A-Za-z0-9]{30}{crc} github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
github-server GH_APP_TOKEN ghs_[A-Za-z0-9]{30}{crc} github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
github-refresh GH_REFRESH ghr_[A-Za-z0-9]{30}{crc} github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
github-fine GITHUB_PAT github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59} docs.github.com/authentication
gitlab-pat GITLAB_TOKEN glpat-[A-Za-z0-9_-]{20} docs.gitlab.com/security/tokens/
gitlab-routable GITLAB_TOKEN glpat-[A-Za-z0-9_-]{27}.01.[0-9a-z]{9} docs.gitlab.com/security/tokens/
gitlab-job CI_BUILD_TOKEN glcbt-[0-9a-f]{2}_[A-Za-z0-9_-]{20} docs.gitlab.com/security/tokens/
gitlab-mail INCOMING_MAIL_TOKEN glimt-[a-z0-9]{25} docs.gitlab.com/security/tokens/
gitlab-scim SCIM_TOKEN glsoat-[A-Za-z0-9_-]{20} docs.gitlab.com/security/tokens/
gitlab-deploy CI_DEPLOY_PASSWORD gldt-[A-Za-z0-9_-]{20} docs.gitlab.com/security/tokens/
gitlab-runner RUNNER_TOKEN glrt-[A-Za-z0-9_-]{20} docs.gitlab.com/security/tokens/
gitlab-trigger TRIGGER_TOKEN glptt-[0-9a-f]{40} docs.gitlab.com/security/tokens/
gitlab-feed FEED_TOKEN glft-[A-Za-z0-9_-]{20} docs.gitlab.com/security/tokens/
gitlab-agent AGENT_TOKEN glagent-[A-Za-z0-9_-]{50} docs.gitlab.com/security/tokens/
atlassian JIRA_API_TOKEN ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8} support.atlassian.com/atlassian-account/docs/
bitbucket-app BITBUCKET_APP_PASSWORD ATBB[A-Za-z0-9]{24}[0-9A-F]{8} support.atlassian.com/bitbucket-cloud/docs/app-passwords/
aws-bedrock AWS_BEARER_TOKEN_BEDROCK ABSKQmVkcm9ja0FQSUtleS1[A-Za-z0-9+/]{108}= docs.aws.amazon.com/bedrock/latest/userguide/
amazon-mws MWS_AUTH_TOKEN amzn.mws.[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} developer.amazonservices.com
google-api GOOGLE_API_KEY AIzaSy[0-9A-Za-z_-]{33} cloud.google.com/docs/authentication/api-keys
google-oauth-secret GOOGLE_CLIENT_SECRET GOCSPX-[A-Za-z0-9_-]{28} developers.google.com/identity/protocols/oauth2
google-access GOOGLE_ACCESS_TOKEN ya29.a0[A-Za-z0-9_-]{130,160} developers.google.com/identity/protocols/oauth2
google-refresh GOOGLE_REFRESH_TOKEN 1//0[0-9a-f]C[A-Za-z0-9_-]{60,90} developers.google.com/identity/protocols/oauth2
azure-client-secret AZURE_CLIENT_SECRET [A-Za-z0-9]{3}8Q~[A-Za-z0-9_.~-]{34} learn.microsoft.com/entra/identity-platform/
azure-devops AZURE_DEVOPS_PAT [A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4} learn.microsoft.com/azure/devops/organizations/accounts/
azure-acr ACR_PASSWORD [A-Za-z0-9+/]{42}+ACR[A-Za-z0-9]{6} learn.microsoft.com/azure/container-registry/
slack-bot SLACK_BOT_TOKEN xoxb-[1-9][0-9]{11}-[1-9][0-9]{12}-[A-Za-z0-9]{24} docs.slack.dev/authentication/tokens
slack-user SLACK_USER_TOKEN xoxp-[1-9][0-9]{11}-[1-9][0-9]{11}-[1-9][0-9]{12}-[0-9a-f]{32} docs.slack.dev/authentication/tokens
slack-app SLACK_APP_TOKEN xapp-1-A0[A-Z0-9]{9}-[1-9][0-9]{12}-[0-9a-f]{64} docs.slack.dev/authentication/tokens
slack-webhook SLACK_WEBHOOK_URL https://hooks.slack.com/services/T0[A-Z0-9]{8}/B0[A-Z0-9]{8}/[A-Za-z0-9]{24} docs.slack.dev
discord-bot DISCORD_TOKEN [MNO]T[A-Za-z0-9]{22,24}.G[A-Za-z0-9_-]{5}.[A-Za-z0-9_-]{38} discord.com/developers/docs/reference
discord-webhook DISCORD_WEBHOOK https://discord.com/api/webhooks/[1-9][0-9]{17}/[A-Za-z0-9_-]{68} discord.com/developers/docs/
telegram TELEGRAM_BOT_TOKEN [1-9][0-9]{9}:AA[A-Za-z0-9_-]{33} core.telegram.org/bots/api
stripe-secret STRIPE_SECRET_KEY sk_live_51[A-Za-z0-9]{97} docs.stripe.com/keys
stripe-old STRIPE_API_KEY sk_live_[A-Za-z0-9]{24} docs.stripe.com/keys
stripe-restricted STRIPE_RESTRICTED_KEY rk_live_51[A-Za-z0-9]{97} docs.stripe.com/keys
stripe-webhook STRIPE_WEBHOOK_SECRET whsec_[A-Za-z0-9]{32} docs.stripe.com/webhooks
sendgrid SENDGRID_API_KEY SG.[A-Za-z0-9_-]{22}.[A-Za-z0-9_-]{43} docs.sendgrid.com
mailgun MAILGUN_API_KEY key-[0-9a-f]{32} documentation.mailgun.com
mailchimp MAILCHIMP_API_KEY [0-9a-f]{32}-us[1-9] mailchimp.com/developer/marketing/
brevo BREVO_API_KEY xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16} developers.brevo.com
brevo-smtp SMTP_KEY xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16} developers.brevo.com
resend RESEND_API_KEY re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24} resend.com/docs
openai-old OPENAI_API_KEY sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20} platform.openai.com/docs
openai-project OPENAI_API_KEY sk-proj-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74} platform.openai.com/docs
openai-service OPENAI_ADMIN_KEY sk-svcacct-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74} platform.openai.com/docs
anthropic ANTHROPIC_API_KEY sk-ant-api03-[A-Za-z0-9_-]{93}AA docs.anthropic.com
anthropic-admin ANTHROPIC_ADMIN_KEY sk-ant-admin01-[A-Za-z0-9_-]{93}AA docs.anthropic.com
huggingface HF_TOKEN hf_[A-Za-z]{34} huggingface.co/docs/hub/security-tokens
replicate REPLICATE_API_TOKEN r8_[A-Za-z0-9]{37} replicate.com/docs
groq GROQ_API_KEY gsk_[A-Za-z0-9]{52} console.groq.com/docs
perplexity PERPLEXITY_API_KEY pplx-[A-Za-z0-9]{48} docs.perplexity.ai
xai XAI_API_KEY xai-[A-Za-z0-9]{80} docs.x.ai
openrouter OPENROUTER_API_KEY sk-or-v1-[0-9a-f]{64} openrouter.ai/docs
nvidia NVIDIA_API_KEY nvapi-[A-Za-z0-9_-]{64} docs.nvidia.com
langsmith LANGSMITH_API_KEY lsv2_pt_[0-9a-f]{32}_[0-9a-f]{10} docs.smith.langchain.com
langfuse LANGFUSE_SECRET_KEY sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} langfuse.com/docs
pinecone PINECONE_API_KEY pcsk_[A-Za-z0-9]{6}_[A-Za-z0-9]{63} docs.pinecone.io
tavily TAVILY_API_KEY tvly-[A-Za-z0-9]{32} docs.tavily.com
firecrawl FIRECRAWL_API_KEY fc-[0-9a-f]{32} docs.firecrawl.dev
jina JINA_API_KEY jina_[0-9a-f]{32}[A-Za-z0-9_-]{28} jina.ai/embeddings
npm NPM_TOKEN npm_[A-Za-z0-9]{30}{crc} github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/
pypi PYPI_TOKEN pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{140,160} pypi.org/help/#apitoken
test-pypi TEST_PYPI_TOKEN pypi-AgENdGVzdC5weXBpLm9yZw[A-Za-z0-9_-]{140,160} test.pypi.org/help/#apitoken
rubygems GEM_HOST_API_KEY rubygems_[0-9a-f]{48} guides.rubygems.org/api-key-scopes/
crates CARGO_REGISTRY_TOKEN cio[A-Za-z0-9]{32} doc.rust-lang.org/cargo/reference/registries.html
nuget NUGET_API_KEY oy2[a-z2-7]{43} learn.microsoft.com/nuget/
dockerhub DOCKERHUB_TOKEN dckr_pat_[A-Za-z0-9_-]{27} docs.docker.com/security/for-developers/access-tokens/
artifactory ARTIFACTORY_API_KEY AKCp[58][A-Za-z0-9]{68} jfrog.com/help/
artifactory-reference ARTIFACTORY_TOKEN cmVmdGtuOjAxOj[A-Za-z0-9]{50} jfrog.com/help/
clojars CLOJARS_PASSWORD CLOJARS_[0-9a-f]{60} github.com/clojars/clojars-web/wiki/Deploy-Tokens
circleci CIRCLE_TOKEN CCIPAT_[1-9A-HJ-NP-Za-km-z]{22}_[0-9a-f]{40} circleci.com/changelog/new-format-for-api-access-tokens/
circleci-project CIRCLE_PROJECT_TOKEN CCIPRJ_[1-9A-HJ-NP-Za-km-z]{22}_[0-9a-f]{40} circleci.com/changelog/
buildkite BUILDKITE_API_TOKEN bkua_[0-9a-f]{40} buildkite.com/docs/apis/managing-api-tokens
netlify NETLIFY_AUTH_TOKEN nfp_[A-Za-z0-9]{36} docs.netlify.com
heroku HEROKU_API_KEY HRKU-AA[A-Za-z0-9_-]{58} devcenter.heroku.com
render RENDER_API_KEY rnd_[A-Za-z0-9]{28,32} render.com/docs/api
fly FLY_API_TOKEN fm2_lJPECAAAAAA[A-Za-z0-9+/]{150,200} fly.io/docs/security/tokens/
digitalocean DIGITALOCEAN_TOKEN dop_v1_[0-9a-f]{64} docs.digitalocean.com/reference/api/
digitalocean-oauth DO_OAUTH_TOKEN doo_v1_[0-9a-f]{64} docs.digitalocean.com/reference/api/
digitalocean-refresh DO_REFRESH_TOKEN dor_v1_[0-9a-f]{64} docs.digitalocean.com/reference/api/
cloudflare-origin CLOUDFLARE_ORIGIN_CA_KEY v1.0-[0-9a-f]{24}-[0-9a-f]{146} developers.cloudflare.com/fundamentals/api/
databricks DATABRICKS_TOKEN dapi[0-9a-f]{32} docs.databricks.com/dev-tools/auth/pat.html
planetscale PLANETSCALE_PASSWORD pscale_pw_[A-Za-z0-9_.-]{43} planetscale.com/docs
planetscale-token PLANETSCALE_SERVICE_TOKEN pscale_tkn_[A-Za-z0-9_.-]{43} planetscale.com/docs
supabase SUPABASE_ACCESS_TOKEN sbp_[0-9a-f]{40} supabase.com/docs
supabase-secret SUPABASE_SECRET_KEY sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8} supabase.com/docs/guides/api/api-keys
neon NEON_API_KEY napi_[a-z0-9]{64} neon.tech/docs/manage/api-keys
atlas MONGODB_ATLAS_CLIENT_SECRET mdb_sa_sk_[A-Za-z0-9_-]{40} mongodb.com/docs/atlas/
airtable AIRTABLE_TOKEN pat[A-Za-z0-9]{14}.[0-9a-f]{64} airtable.com/developers/web/api/authentication
notion NOTION_TOKEN ntn_[0-9]{11}[A-Za-z0-9]{35} developers.notion.com
notion-old NOTION_API_KEY secret_[A-Za-z0-9]{43} developers.notion.com
linear LINEAR_API_KEY lin_api_[A-Za-z0-9]{40} linear.app/developers
trello TRELLO_TOKEN ATTA[0-9a-f]{64}[0-9A-F]{8} developer.atlassian.com/cloud/trello/
clickup CLICKUP_TOKEN pk_[1-9][0-9]{7}_[A-Z0-9]{32} developer.clickup.com/docs/authentication
shopify-admin SHOPIFY_ACCESS_TOKEN shpat_[0-9a-f]{32} shopify.dev/docs/apps/build/authentication-authorization
shopify-shared SHOPIFY_API_SECRET shpss_[0-9a-f]{32} shopify.dev/docs/apps/build/authentication-authorization
shopify-custom SHOPIFY_CUSTOM_TOKEN shpca_[0-9a-f]{32} shopify.dev/docs/apps/build/authentication-authorization
shopify-private SHOPIFY_PASSWORD shppa_[0-9a-f]{32} shopify.dev/docs/apps/build/authentication-authorization
square SQUARE_ACCESS_TOKEN EAAA[A-Za-z0-9_-]{60} developer.squareup.com/docs/build-basics/access-tokens
square-secret SQUARE_APPLICATION_SECRET sq0csp-[A-Za-z0-9_-]{43} developer.squareup.com/docs/oauth-api/overview
braintree BRAINTREE_ACCESS_TOKEN access_token$production$[a-z0-9]{16}$[0-9a-f]{32} developer.paypal.com/braintree/docs/
plaid PLAID_ACCESS_TOKEN access-production-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-b[0-9a-f]{3}-[0-9a-f]{12} plaid.com/docs/api/tokens/
paystack PAYSTACK_SECRET_KEY sk_live_[0-9a-f]{40} paystack.com/docs/api/authentication/
flutterwave FLUTTERWAVE_SECRET FLWSECK-[0-9a-f]{32}-X developer.flutterwave.com/docs/authentication
mollie MOLLIE_API_KEY live_[A-Za-z0-9]{30} docs.mollie.com/reference/authentication
easypost EASYPOST_API_KEY EZAK[A-Za-z0-9]{54} docs.easypost.com/docs/authentication
shippo SHIPPO_TOKEN shippo_live_[0-9a-f]{40} docs.goshippo.com
duffel DUFFEL_TOKEN duffel_live_[A-Za-z0-9_-]{43} duffel.com/docs/api/overview/test-your-integration
newrelic-user NEW_RELIC_API_KEY NRAK-[A-Z0-9]{27} docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
newrelic-license NEW_RELIC_LICENSE_KEY [0-9a-f]{36}FFFFNRAL docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
newrelic-insert NEW_RELIC_INSERT_KEY NRII-[A-Za-z0-9_-]{32} docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
grafana GRAFANA_TOKEN glsa_[A-Za-z0-9]{32}_[0-9a-f]{8} grafana.com/docs/grafana/latest/administration/service-accounts/
grafana-cloud GRAFANA_CLOUD_TOKEN glc_eyJvIjoi[A-Za-z0-9]{102}== grafana.com/docs/grafana-cloud/
sentry-user SENTRY_AUTH_TOKEN sntryu_[0-9a-f]{64} docs.sentry.io/account/auth-tokens/
dynatrace DT_API_TOKEN dt0c01.[A-Z2-7]{24}.[A-Z2-7]{64} docs.dynatrace.com/docs/manage/access-control/access-tokens
honeycomb HONEYCOMB_API_KEY hcaik_[0-9a-z]{58} docs.honeycomb.io/api/authentication
launchdarkly LD_SDK_KEY sdk-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12} launchdarkly.com/docs/
launchdarkly-api LD_API_KEY api-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12} launchdarkly.com/docs/
posthog POSTHOG_PERSONAL_KEY phx_[A-Za-z0-9]{43} posthog.com/docs/api
sonar-user SONAR_TOKEN squ_[0-9a-f]{40} docs.sonarsource.com
sonar-project SONAR_PROJECT_TOKEN sqp_[0-9a-f]{40} docs.sonarsource.com
doppler-personal DOPPLER_TOKEN dp.pt.[A-Za-z0-9]{43} docs.doppler.com/docs/service-tokens
doppler-service DOPPLER_SERVICE_TOKEN dp.st.prd.[A-Za-z0-9]{43} docs.doppler.com/docs/service-tokens
vault VAULT_TOKEN hvs.CAESI[A-Za-z0-9_-]{90,100} developer.hashicorp.com/vault/docs/concepts/tokens
vault-batch VAULT_BATCH_TOKEN hvb.AAAAAQ[A-Za-z0-9_-]{130,150} developer.hashicorp.com/vault/docs/concepts/tokens
terraform-cloud TFE_TOKEN [A-Za-z0-9]{14}.atlasv1.[A-Za-z0-9]{67} developer.hashicorp.com/terraform/cloud-docs/
pulumi PULUMI_ACCESS_TOKEN pul-[0-9a-f]{40} pulumi.com/docs/pulumi-cloud/access-management/access-tokens/
onepassword OP_SERVICE_ACCOUNT_TOKEN ops_eyJ[A-Za-z0-9]{250,300} developer.1password.com/docs/service-accounts/
tailscale TS_AUTHKEY tskey-auth-k[A-Za-z0-9]{8}CNTRL-[A-Za-z0-9]{32} tailscale.com/kb/1085/auth-keys
tailscale-api TS_API_KEY tskey-api-k[A-Za-z0-9]{8}CNTRL-[A-Za-z0-9]{32} tailscale.com/kb/1101/api
prefect PREFECT_API_KEY pnu_[a-z0-9]{36} docs.prefect.io
contentful CONTENTFUL_MANAGEMENT_TOKEN CFPAT-[A-Za-z0-9_-]{43} contentful.com/developers/docs/references/authentication/
figma FIGMA_TOKEN figd_[A-Za-z0-9_-]{40} developers.figma.com/docs/rest-api/authentication/
adobe ADOBE_CLIENT_SECRET p8e-[A-Za-z0-9_-]{32} developer.adobe.com/developer-console/docs/
dropbox DROPBOX_TOKEN sl.[A-Za-z0-9_-]{136} developers.dropbox.com/oauth-guide
hubspot HUBSPOT_TOKEN pat-na1-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} developers.hubspot.com/docs/
salesforce SF_ACCESS_TOKEN 00D[A-Za-z0-9]{12}!AQ[A-Za-z0-9_.]{94} developer.salesforce.com/docs/
facebook FB_ACCESS_TOKEN EAA[A-Za-z0-9]{170,190}ZD developers.facebook.com/docs/facebook-login/guides/access-tokens/
twitter-bearer TWITTER_BEARER_TOKEN AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9]{28}%3D[A-Za-z0-9]{50} docs.x.com/fundamentals/authentication/
mapbox-secret MAPBOX_SECRET_TOKEN sk.eyJ1Ijoi[A-Za-z0-9]{60}.[A-Za-z0-9_-]{22} docs.mapbox.com/help/getting-started/access-tokens/
typeform TYPEFORM_TOKEN tfp_[A-Za-z0-9]{44}_[A-Za-z0-9]{14} typeform.com/developers/get-started/personal-access-token/
postman POSTMAN_API_KEY PMAK-[0-9a-f]{24}-[0-9a-f]{34} learning.postman.com/docs/developer/postman-api/
readme README_API_KEY rdme_[a-z0-9]{70} docs.readme.com/main/reference/authentication
sourcegraph SRC_ACCESS_TOKEN sgp_[0-9a-f]{16}_[0-9a-f]{40} sourcegraph.com/docs/cli/how-tos/creating_an_access_token
frameio FRAMEIO_TOKEN fio-u-[A-Za-z0-9_-]{64} developer.adobe.com/frameio/
ably ABLY_API_KEY [A-Za-z0-9_-]{6}.[A-Za-z0-9_-]{6}:[A-Za-z0-9_-]{43} ably.com/docs/auth/basic
pubnub PUBNUB_SECRET_KEY sec-c-[A-Za-z0-9]{48} pubnub.com/docs/
cloudinary CLOUDINARY_URL cloudinary://[1-9][0-9]{14}:[A-Za-z0-9_-]{27}@[a-z]{8} cloudinary.com/documentation/
age SOPS_AGE_KEY AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58} c2sp.org/age
zapier ZAPIER_HOOK https://hooks.zapier.com/hooks/catch/[1-9][0-9]{6}/[a-z0-9]{7}/ help.zapier.com
alibaba ALIBABA_CLOUD_ACCESS_KEY_ID LTAI5t[A-Za-z0-9]{18} alibabacloud.com/help/en/ram/
intercom INTERCOM_TOKEN dG9rOj[A-Za-z0-9+/]{53}= developers.intercom.com/docs/build-an-integration/
asana ASANA_TOKEN 2/[1-9][0-9]{15}/[1-9][0-9]{15}:[0-9a-f]{32} developers.asana.com/docs/personal-access-token
lob LOB_API_KEY live_[0-9a-f]{35} docs.lob.com
sanity SANITY_AUTH_TOKEN sk[A-Za-z0-9]{178} sanity.io/docs/http-auth
workos WORKOS_API_KEY sk_live_[A-Za-z0-9]{48} workos.com/docs/reference
clerk CLERK_SECRET_KEY sk_live_[A-Za-z0-9]{42} clerk.com/docs
"""

NAMED = r"""
aws-secret AWS_SECRET_ACCESS_KEY [A-Za-z0-9+/]{40} docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
azure-storage AZURE_STORAGE_KEY [A-Za-z0-9+/]{85}[AQgw]== learn.microsoft.com/azure/storage/common/storage-account-keys-manage
azure-openai AZURE_OPENAI_API_KEY [0-9a-f]{32} learn.microsoft.com/azure/ai-services/openai/
azure-cosmos COSMOS_KEY [A-Za-z0-9+/]{85}[AQgw]== learn.microsoft.com/azure/cosmos-db/
datadog DD_API_KEY [0-9a-f]{32} docs.datadoghq.com/account_management/api-app-keys/
datadog-app DD_APP_KEY [0-9a-f]{40} docs.datadoghq.com/account_management/api-app-keys/
twilio TWILIO_AUTH_TOKEN [0-9a-f]{32} twilio.com/docs/iam/api
cloudflare CLOUDFLARE_API_TOKEN [A-Za-z0-9_-]{40} developers.cloudflare.com/fundamentals/api/
cloudflare-global CLOUDFLARE_API_KEY [0-9a-f]{37} developers.cloudflare.com/fundamentals/api/
fastly FASTLY_API_TOKEN [A-Za-z0-9_-]{32} fastly.com/documentation/reference/api/auth-tokens/
linode LINODE_TOKEN [0-9a-f]{64} techdocs.akamai.com/linode-api/
hetzner HCLOUD_TOKEN [A-Za-z0-9]{64} docs.hetzner.cloud
vultr VULTR_API_KEY [A-Z0-9]{36} vultr.com/api/
scaleway SCW_SECRET_KEY [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-b[0-9a-f]{3}-[0-9a-f]{12} scaleway.com/en/docs/
tencent TENCENTCLOUD_SECRET_KEY [A-Za-z0-9]{32} cloud.tencent.com/document/
ibm IBMCLOUD_API_KEY [A-Za-z0-9_-]{44} cloud.ibm.com/docs/account
vercel VERCEL_TOKEN [A-Za-z0-9]{24} vercel.com/docs/rest-api
travis TRAVIS_TOKEN [A-Za-z0-9_-]{22} docs.travis-ci.com
codecov CODECOV_TOKEN [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12} docs.codecov.com
coveralls COVERALLS_REPO_TOKEN [A-Za-z0-9]{32} docs.coveralls.io
snyk SNYK_TOKEN [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} docs.snyk.io
okta OKTA_API_TOKEN 00[A-Za-z0-9_-]{40} developer.okta.com/docs/guides/create-an-api-token/
auth0 AUTH0_CLIENT_SECRET [A-Za-z0-9_-]{64} auth0.com/docs
pagerduty PAGERDUTY_API_KEY [A-Za-z0-9_+-]{20} developer.pagerduty.com/docs/
rollbar ROLLBAR_ACCESS_TOKEN [0-9a-f]{32} docs.rollbar.com
algolia ALGOLIA_ADMIN_KEY [0-9a-f]{32} algolia.com/doc/guides/security/api-keys/
mistral MISTRAL_API_KEY [A-Za-z0-9]{32} docs.mistral.ai
cohere COHERE_API_KEY [A-Za-z0-9]{40} docs.cohere.com
deepgram DEEPGRAM_API_KEY [0-9a-f]{40} developers.deepgram.com
assemblyai ASSEMBLYAI_API_KEY [0-9a-f]{32} assemblyai.com/docs
wandb WANDB_API_KEY [0-9a-f]{40} docs.wandb.ai
together TOGETHER_API_KEY [0-9a-f]{64} docs.together.ai
spotify SPOTIFY_CLIENT_SECRET [0-9a-f]{32} developer.spotify.com/documentation/web-api/
twitch TWITCH_CLIENT_SECRET [a-z0-9]{30} dev.twitch.tv/docs/authentication/
twitter-secret TWITTER_CONSUMER_SECRET [A-Za-z0-9]{50} docs.x.com/fundamentals/authentication/
facebook-secret FACEBOOK_APP_SECRET [0-9a-f]{32} developers.facebook.com/docs/facebook-login/
linkedin LINKEDIN_CLIENT_SECRET WPL_AP1.[A-Za-z0-9]{16}.[A-Za-z0-9+/]{6}== learn.microsoft.com/linkedin/
paypal PAYPAL_CLIENT_SECRET E[A-Za-z0-9_-]{79} developer.paypal.com/api/rest/
razorpay RAZORPAY_KEY_SECRET [A-Za-z0-9]{24} razorpay.com/docs/api/authentication/
binance BINANCE_API_SECRET [A-Za-z0-9]{64} developers.binance.com/docs/
postmark POSTMARK_SERVER_TOKEN [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} postmarkapp.com/developer
gitea GITEA_TOKEN [0-9a-f]{40} docs.gitea.com/development/api-usage
jenkins JENKINS_API_TOKEN 11[0-9a-f]{32} jenkins.io/doc/book/system-administration/authenticating-scripted-clients/
cloudsmith CLOUDSMITH_API_KEY [0-9a-f]{40} help.cloudsmith.io
splunk SPLUNK_HEC_TOKEN [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} docs.splunk.com/Documentation/Splunk/
openweather OPENWEATHER_API_KEY [0-9a-f]{32} openweathermap.org/appid
wireguard WIREGUARD_PRIVATE_KEY [A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]= wireguard.com/quickstart/
ngrok NGROK_AUTHTOKEN 2[A-Za-z0-9]{26}_[A-Za-z0-9]{21} ngrok.com/docs/
mixpanel MIXPANEL_SECRET [0-9a-f]{32} developer.mixpanel.com/reference/
segment SEGMENT_WRITE_KEY [A-Za-z0-9]{32} segment.com/docs/connections/
zendesk ZENDESK_API_TOKEN [A-Za-z0-9]{40} developer.zendesk.com/api-reference/introduction/security-and-auth/
elastic ELASTIC_API_KEY {b64:[A-Za-z0-9_-]{20}:[A-Za-z0-9_-]{22}} elastic.co/guide/en/elasticsearch/reference/current/
pusher PUSHER_APP_SECRET [0-9a-f]{20} pusher.com/docs/channels/
maxmind MAXMIND_LICENSE_KEY [A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk support.maxmind.com
etherscan ETHERSCAN_API_KEY [A-Z0-9]{34} docs.etherscan.io
infura INFURA_PROJECT_SECRET [0-9a-f]{32} docs.infura.io
ethereum-key DEPLOYER_PRIVATE_KEY 0x[0-9a-f]{64} ethereum.org/en/developers/docs/accounts/
"""

PROVIDERS: tuple[Provider, ...] = (*_rows(ALONE, alone=True), *_rows(NAMED, alone=False))

# What the same providers publish: identifiers and keys that are made to be seen.
PUBLIC: tuple[Provider, ...] = tuple(
    _rows(
        r"""
stripe-publishable STRIPE_PUBLISHABLE_KEY pk_live_[A-Za-z0-9]{24} docs.stripe.com/keys
stripe-price STRIPE_PRICE price_1[A-Za-z0-9]{23} docs.stripe.com/api/prices
stripe-customer STRIPE_CUSTOMER cus_[A-Za-z0-9]{14} docs.stripe.com/api/customers
twilio-account TWILIO_ACCOUNT_SID AC[0-9a-f]{32} twilio.com/docs/iam/api
google-client GOOGLE_CLIENT_ID [1-9][0-9]{11}-[a-z0-9]{32}.apps.googleusercontent.com developers.google.com/identity/
analytics GA_MEASUREMENT_ID G-[A-Z0-9]{10} support.google.com/analytics/
recaptcha-site RECAPTCHA_SITE_KEY 6L[A-Za-z0-9_-]{38} developers.google.com/recaptcha/
mapbox-public MAPBOX_PUBLIC_TOKEN pk.eyJ1Ijoi[A-Za-z0-9]{60}.[A-Za-z0-9_-]{22} docs.mapbox.com/help/getting-started/
posthog-project POSTHOG_PROJECT_KEY phc_[A-Za-z0-9]{43} posthog.com/docs/api
clerk-publishable CLERK_PUBLISHABLE_KEY pk_live_[A-Za-z0-9]{40} clerk.com/docs
supabase-publishable SUPABASE_PUBLISHABLE_KEY sb_publishable_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8} supabase.com/docs/guides/api/
langfuse-public LANGFUSE_PUBLIC_KEY pk-lf-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} langfuse.com/docs
square-application SQUARE_APPLICATION_ID sq0idp-[A-Za-z0-9_-]{22} developer.squareup.com/docs/
shopify-product SHOPIFY_PRODUCT gid://shopify/Product/[1-9][0-9]{12} shopify.dev/docs/api
aws-instance INSTANCE_ID i-0[0-9a-f]{16} docs.aws.amazon.com/AWSEC2/latest/UserGuide/
aws-role ROLE_ID AROA[A-Z2-7]{17} docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
aws-pool COGNITO_USER_POOL eu-west-1_[A-Za-z0-9]{9} docs.aws.amazon.com/cognito/
azure-tenant AZURE_TENANT_ID [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12} learn.microsoft.com/entra/
slack-channel SLACK_CHANNEL C0[A-Z0-9]{9} docs.slack.dev/
slack-team SLACK_TEAM T0[A-Z0-9]{9} docs.slack.dev/
discord-guild DISCORD_GUILD_ID [1-9][0-9]{17} discord.com/developers/docs/reference
telegram-chat TELEGRAM_CHAT_ID -100[1-9][0-9]{9} core.telegram.org/bots/api
facebook-app FACEBOOK_APP_ID [1-9][0-9]{14} developers.facebook.com/docs/
launchdarkly-client LD_CLIENT_SIDE_ID [0-9a-f]{24} launchdarkly.com/docs/
newrelic-app NEW_RELIC_APPLICATION_ID [1-9][0-9]{8} docs.newrelic.com
docker-digest IMAGE_DIGEST sha256:[0-9a-f]{64} github.com/opencontainers/image-spec
ethereum-address CONTRACT_ADDRESS 0x[0-9a-f]{40} ethereum.org/en/developers/docs/accounts/
transaction LAST_TRANSACTION_HASH 0x[0-9a-f]{64} ethereum.org/en/developers/docs/transactions/
age-recipient SOPS_AGE_RECIPIENTS age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58} c2sp.org/age
algolia-application ALGOLIA_APP_ID [A-Z0-9]{10} algolia.com/doc/
""",
        alone=True,
    )
)
