"""Models of the library, and code that is pinned."""

from transformers import AutoModel

AutoModel.from_pretrained("someone/model")
AutoModel.from_pretrained("someone/model", trust_remote_code=True, revision="0e1f2a3b")
