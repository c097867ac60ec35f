"""Weights alone."""

import keras
import torch
from safetensors.torch import load_file

torch.load("model.pt", weights_only=True)
keras.models.load_model("model.keras")
load_file("model.safetensors")
