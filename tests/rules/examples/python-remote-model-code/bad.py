"""Models whose code is downloaded and run."""

import torch
from transformers import AutoModel, pipeline

AutoModel.from_pretrained("someone/model", trust_remote_code=True)  # expect: python-remote-model-code
pipeline("text-generation", model="someone/model", trust_remote_code=True)  # expect: python-remote-model-code
torch.hub.load("someone/model", "small", trust_repo=True)  # expect: python-remote-model-code
