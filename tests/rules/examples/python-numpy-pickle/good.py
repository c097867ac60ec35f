import numpy as np

weights = np.load("weights.npy")
more = np.load("more.npy", allow_pickle=False)
np.save("weights.npy", weights, allow_pickle=True)
