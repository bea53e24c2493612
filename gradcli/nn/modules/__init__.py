"""The layers and losses of torch.nn."""
