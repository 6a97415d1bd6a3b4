# The model of the copy and image tasks: post-norm, ReLU, positions beside the embedding. Parameters
# are in the order in which the model of polyak-nn creates them, 16 for a layer.


def positions(length: int, width: int) -> Tensor:
  frequencies = 10000. ** (-torch.arange(0, width, 2, dtype=7) / width)
  angles = torch.arange(length, dtype=7).unsqueeze(1) * frequencies
  return torch.stack([angles.sin(), angles.cos()], -1).view([length, width]).to(6)


def norm(x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], gain, bias, 1e-5)


# From tokens [B, N] to the head's outputs, [B, N, outputs].
def forward(tokens: Tensor, p: List[Tensor], layers: int, heads: int, dropout: float, variant: str, beta: float, gamma: float, epsilon: float, chunk: int) -> Tensor:
  B, N = tokens.size()
  places = __torch__.transformer.positions(N, p[0].size(1))
  x = torch.cat([torch.embedding(p[0], tokens), places.expand([B, N, -1])], -1)
  for layer in range(layers):
    a = 1 + 16 * layer
    q = torch.linear(x, p[a], p[a + 1]).view([B, N, heads, -1])
    k = torch.linear(x, p[a + 2], p[a + 3]).view([B, N, heads, -1])
    v = torch.linear(x, p[a + 4], p[a + 5]).view([B, N, heads, -1])
    attended = __torch__.attention.attend(q, k, v, variant, beta, gamma, epsilon, chunk).reshape([B, N, -1])
    x = x + torch.dropout(torch.linear(attended, p[a + 6], p[a + 7]), dropout, dropout > 0)
    x = __torch__.transformer.norm(x, p[a + 12], p[a + 13])
    hidden = torch.dropout(torch.relu(torch.linear(x, p[a + 8], p[a + 9])), dropout, dropout > 0)
    x = x + torch.dropout(torch.linear(hidden, p[a + 10], p[a + 11]), dropout, dropout > 0)
    x = __torch__.transformer.norm(x, p[a + 14], p[a + 15])
  last = 1 + 16 * layers
  x = __torch__.transformer.norm(x, p[last], p[last + 1])
  return torch.linear(x, p[last + 2], p[last + 3])
