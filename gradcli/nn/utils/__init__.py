"""Data loading and the helpers of torch.nn.utils."""
