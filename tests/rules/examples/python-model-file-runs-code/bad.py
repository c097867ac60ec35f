"""Models in formats that hold objects and code."""

import keras
import torch

from shop.search import Store

torch.load("model.pt", weights_only=False)  # expect: python-model-file-runs-code
keras.models.load_model("model.keras", safe_mode=False)  # expect: python-model-file-runs-code
Store.load_local("index", allow_dangerous_deserialization=True)  # expect: python-model-file-runs-code
