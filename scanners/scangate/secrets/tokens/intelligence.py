"""Tokens of providers of language models, speech, vectors and machine learning."""

from __future__ import annotations

from scangate.secrets.tokens.formats import ALNUM, BASE64URL, HEX, LOWER, UPPER, UUID, NamedFormat, TokenFormat, UrlFormat

_OPENAI = "https://platform.openai.com/docs/api-reference/authentication"

FORMATS = (
    # base64 of "OpenAI" in the middle
    TokenFormat("openai-token", "OpenAI token", "sk-", f"{ALNUM}{{20}}T3BlbkFJ{ALNUM}{{20}}", _OPENAI),
    TokenFormat(
        "openai-token",
        "OpenAI token",
        "sk-proj- sk-svcacct- sk-admin- sk-None- sk-service-",
        f"{BASE64URL}{{20,100}}T3BlbkFJ{BASE64URL}{{20,100}}",
        _OPENAI,
    ),
    TokenFormat(
        "anthropic-api-key",
        "Anthropic API key",
        "sk-ant-api sk-ant-admin sk-ant-oat sk-ant-ort",
        f"[0-9]{{2}}-{BASE64URL}{{80,128}}",
        "https://docs.anthropic.com/en/api/admin-api",
    ),
    TokenFormat(
        "hugging-face-token",
        "Hugging Face token",
        "hf_",
        "[A-Za-z]{34}",
        "https://huggingface.co/docs/hub/security-tokens",
    ),
    TokenFormat(
        "hugging-face-organization-token",
        "Hugging Face organization token",
        "api_org_",
        "[A-Za-z]{34}",
        "https://huggingface.co/docs/hub/security-tokens",
    ),
    TokenFormat(
        "replicate-api-token",
        "Replicate API token",
        "r8_",
        f"{ALNUM}{{37}}",
        "https://replicate.com/docs/topics/security/api-tokens",
    ),
    TokenFormat("groq-api-key", "Groq API key", "gsk_", f"{ALNUM}{{52}}", "https://console.groq.com/docs/quickstart"),
    TokenFormat("xai-api-key", "xAI API key", "xai-", f"{ALNUM}{{80}}", "https://docs.x.ai/docs/overview"),
    TokenFormat(
        "perplexity-api-key",
        "Perplexity API key",
        "pplx-",
        f"{ALNUM}{{48}}",
        "https://docs.perplexity.ai/getting-started/quickstart",
    ),
    TokenFormat(
        "openrouter-api-key",
        "OpenRouter API key",
        "sk-or-v1-",
        f"{HEX}{{64}}",
        "https://openrouter.ai/docs/api-reference/authentication",
    ),
    TokenFormat(
        "nvidia-api-key",
        "NVIDIA API key",
        "nvapi-",
        f"{BASE64URL}{{60,70}}",
        "https://docs.nvidia.com/ngc/gpu-cloud/ngc-user-guide/index.html",
    ),
    TokenFormat(
        "together-ai-api-key",
        "Together AI API key",
        "tgp_v1_",
        f"{BASE64URL}{{43}}",
        "https://docs.together.ai/docs/quickstart",
    ),
    TokenFormat(
        "fireworks-api-key",
        "Fireworks AI API key",
        "fw_",
        f"{ALNUM}{{22,24}}",
        "https://docs.fireworks.ai/api-reference/introduction",
    ),
    TokenFormat("cerebras-api-key", "Cerebras API key", "csk-", f"{LOWER}{{48}}", "https://inference-docs.cerebras.ai/quickstart"),
    TokenFormat(
        "langsmith-api-key",
        "LangSmith API key",
        "lsv2_pt_ lsv2_sk_",
        f"{HEX}{{32}}_{HEX}{{10}}",
        "https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key",
    ),
    TokenFormat(
        "langfuse-secret-key", "Langfuse secret key", "sk-lf-", UUID, "https://langfuse.com/faq/all/where-are-langfuse-api-keys"
    ),
    TokenFormat(
        "pinecone-api-key",
        "Pinecone API key",
        "pcsk_",
        f"{ALNUM}{{5,8}}_{ALNUM}{{60,64}}",
        "https://docs.pinecone.io/reference/api/authentication",
    ),
    TokenFormat(
        "voyage-api-key",
        "Voyage AI API key",
        "pa-",
        f"{BASE64URL}{{43}}",
        "https://docs.voyageai.com/docs/api-key-and-installation",
    ),
    TokenFormat("jina-api-key", "Jina AI API key", "jina_", f"{HEX}{{32}}{BASE64URL}{{28}}", "https://jina.ai/embeddings/"),
    TokenFormat(
        "tavily-api-key",
        "Tavily API key",
        "tvly-",
        f"(?:{ALNUM}{{32}}|(?:dev|prod)-(?:{ALNUM}{{32}}|{ALNUM}{{6}}-{ALNUM}{{42}}))",
        "https://docs.tavily.com/documentation/quickstart",
    ),
    TokenFormat("llama-cloud-api-key", "LlamaCloud API key", "llx-", f"{ALNUM}{{48}}", "https://docs.cloud.llamaindex.ai/api_key"),
    TokenFormat(
        "elevenlabs-api-key", "ElevenLabs API key", "sk_", f"{HEX}{{48}}", "https://elevenlabs.io/docs/api-reference/authentication"
    ),
    TokenFormat("firecrawl-api-key", "Firecrawl API key", "fc-", f"{HEX}{{32}}", "https://docs.firecrawl.dev/introduction"),
    TokenFormat("e2b-api-key", "E2B API key", "e2b_", f"{HEX}{{40}}", "https://e2b.dev/docs/api-key"),
    TokenFormat("anyscale-token", "Anyscale token", "esecret_", f"{LOWER}{{26}}", "https://docs.anyscale.com/reference/"),
    # base64 of a signed message, whose first field is an ECDSA signature
    TokenFormat("anyscale-token", "Anyscale token", "aph0_Ck", f"{BASE64URL}{{180,280}}", "https://docs.anyscale.com/reference/"),
    TokenFormat(
        "wandb-api-key",
        "Weights & Biases API key",
        "wandb_v1_",
        f"{ALNUM}{{27}}_{ALNUM}{{49}}",
        "https://docs.wandb.ai/platform/hosting/iam/service-accounts",
    ),
    TokenFormat("modal-token", "Modal token", "as-", f"{ALNUM}{{22}}", "https://modal.com/docs/reference/modal.config"),
    TokenFormat(
        "helicone-api-key",
        "Helicone API key",
        "sk-helicone-",
        f"{LOWER}{{7}}-{LOWER}{{7}}-{LOWER}{{7}}-{LOWER}{{7}}",
        "https://docs.helicone.ai/helicone-headers/helicone-auth",
    ),
    TokenFormat(
        "browserbase-api-key",
        "Browserbase API key",
        "bb_live_ bb_test_",
        f"{BASE64URL}{{27}}",
        "https://docs.browserbase.com/introduction/getting-started",
    ),
    TokenFormat(
        "runpod-api-key", "RunPod API key", "rpa_", f"{UPPER}{{40}}{LOWER}{{6}}", "https://docs.runpod.io/get-started/api-keys"
    ),
    TokenFormat(
        "apify-api-token", "Apify API token", "apify_api_", f"{ALNUM}{{36}}", "https://docs.apify.com/platform/integrations/api"
    ),
    TokenFormat("context7-api-key", "Context7 API key", "ctx7sk-", UUID, "https://context7.com/docs/howto/api-keys"),
)
NAMED = (
    NamedFormat("deepseek-api-key", "DeepSeek API key", "deepseek", HEX, (35,), "https://api-docs.deepseek.com/", start="sk-"),
    NamedFormat(
        "moonshot-api-key",
        "Moonshot AI API key",
        "moonshot kimi",
        ALNUM,
        (51,),
        "https://platform.moonshot.ai/docs/api/chat",
        start="sk-",
    ),
    NamedFormat(
        "dashscope-api-key",
        "Alibaba Model Studio API key",
        "dashscope qwen bailian",
        HEX,
        (35,),
        "https://www.alibabacloud.com/help/en/model-studio/get-api-key",
        start="sk-",
    ),
    NamedFormat(
        "stability-api-key",
        "Stability AI API key",
        "stability dreamstudio",
        ALNUM,
        (51,),
        "https://platform.stability.ai/docs/api-reference",
        start="sk-",
    ),
    NamedFormat(
        "mistral-api-key",
        "Mistral AI API key",
        "mistral codestral",
        ALNUM,
        (32,),
        "https://docs.mistral.ai/getting-started/quickstart/",
    ),
    NamedFormat("cohere-api-key", "Cohere API key", "cohere co_api_key", ALNUM, (40,), "https://docs.cohere.com/reference/about"),
    NamedFormat(
        "assemblyai-api-key",
        "AssemblyAI API key",
        "assemblyai assembly_ai aai",
        HEX,
        (32,),
        "https://www.assemblyai.com/docs/api-reference/overview",
    ),
    NamedFormat(
        "deepgram-api-key",
        "Deepgram API key",
        "deepgram",
        HEX,
        (40,),
        "https://developers.deepgram.com/docs/create-additional-api-keys",
    ),
    NamedFormat(
        "wandb-api-key", "Weights & Biases API key", "wandb", HEX, (40,), "https://docs.wandb.ai/quickstart", kinds="key login"
    ),
    NamedFormat(
        "together-ai-api-key", "Together AI API key", "together togetherai", HEX, (64,), "https://docs.together.ai/docs/quickstart"
    ),
    NamedFormat(
        "pinecone-api-key",
        "Pinecone API key",
        "pinecone",
        UUID,
        (36,),
        "https://docs.pinecone.io/reference/api/authentication",
        kinds="key",
    ),
    NamedFormat(
        "clarifai-pat",
        "Clarifai token",
        "clarifai",
        HEX,
        (32,),
        "https://docs.clarifai.com/clarifai-basics/authentication/pat",
        kinds="pat key token",
    ),
    NamedFormat("exa-api-key", "Exa API key", "exa", UUID, (36,), "https://docs.exa.ai/reference/getting-started", kinds="key"),
)
URLS: tuple[UrlFormat, ...] = ()
