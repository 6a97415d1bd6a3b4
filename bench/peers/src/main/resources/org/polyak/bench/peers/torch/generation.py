# Generation, token by token, with the state of the recurrence carried along.
class Generation(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  variant : str
  beta : float
  gamma : float
  epsilon : float
  layers : int
  heads : int
  length : int
  position : int
  parameters : Optional[List[Tensor]]
  memory : Optional[List[Tensor]]

  # Takes the parameters. Those of queries, keys and values are laid side by side, so that one
  # product computes all three: 12 for a layer remain. The encodings of all positions come last.
  def start(self, p: List[Tensor]) -> Tensor:
    packed = [p[0]]
    for layer in range(self.layers):
      a = 1 + 16 * layer
      packed.append(torch.cat([p[a], p[a + 2], p[a + 4]]))
      packed.append(torch.cat([p[a + 1], p[a + 3], p[a + 5]]))
      packed.extend(p[a + 6:a + 16])
    packed.extend(p[1 + 16 * self.layers:])
    packed.append(__torch__.transformer.positions(self.length, p[0].size(1)))
    self.parameters = packed
    return packed[0]

  # Before the first of the tokens [B]. A layer has three parts: for softmax keys, values and nothing,
  # for others state, velocity and the sum of keys.
  def begin(self, tokens: Tensor) -> Tensor:
    B = tokens.size(0)
    E = 2 * __torch__.functions.held(self.parameters)[0].size(1)
    D = E // self.heads
    rows = self.length if self.variant == "softmax" else D
    states = torch.zeros([self.layers, 2, B, self.heads, rows, D])
    keySums = torch.zeros([self.layers, B, self.heads, D])
    memory = annotate(List[Tensor], [])
    for layer in range(self.layers):
      memory.extend([states[layer, 0], states[layer, 1], keySums[layer]])
    self.memory = memory
    self.position = 0
    return tokens

  # From the next tokens [B] to the head's outputs, [B, outputs].
  def step(self, tokens: Tensor) -> Tensor:
    p = __torch__.functions.held(self.parameters)
    memory = __torch__.functions.held(self.memory)
    B = tokens.size(0)
    x = torch.cat([torch.embedding(p[0], tokens), p[-1][self.position].expand([B, -1])], -1)
    for layer in range(self.layers):
      a = 1 + 12 * layer
      q, k, v = torch.linear(x, p[a], p[a + 1]).view([B, 3, self.heads, -1]).unbind(1)
      attended = self.attend(q, k, v, memory[3 * layer], memory[3 * layer + 1], memory[3 * layer + 2])
      x = torch.linear(attended.reshape([B, -1]), p[a + 2], p[a + 3]).add_(x)
      x = __torch__.transformer.norm(x, p[a + 8], p[a + 9])
      hidden = torch.linear(x, p[a + 4], p[a + 5]).relu_()
      x = torch.linear(hidden, p[a + 6], p[a + 7]).add_(x)
      x = __torch__.transformer.norm(x, p[a + 10], p[a + 11])
    last = 1 + 12 * self.layers
    self.position = self.position + 1
    return torch.linear(__torch__.transformer.norm(x, p[last], p[last + 1]), p[last + 2], p[last + 3])

  # One token of each sequence, [B, H, D].
  def attend(self, query: Tensor, key: Tensor, value: Tensor, state: Tensor, velocity: Tensor, keySum: Tensor) -> Tensor:
    if self.variant == "softmax":
      state.select(2, self.position).copy_(key)
      velocity.select(2, self.position).copy_(value)
      keys = state[:, :, :self.position + 1]
      values = velocity[:, :, :self.position + 1]
      return torch.scaled_dot_product_attention(query.unsqueeze(2), keys, values)
    q = torch.elu(query).add_(1)
    k = torch.elu(key).add_(1)
    keySum.add_(k)
    if self.variant == "linear":
      state.addcmul_(k.unsqueeze(3), value.unsqueeze(2))
    else:
      velocity.mul_(self.beta).addcmul_(k.unsqueeze(3), value.unsqueeze(2))
      state.add_(velocity, alpha=self.gamma)
    denominator = (q * keySum).sum([-1], True).add_(self.epsilon)
    return torch.matmul(q.unsqueeze(2), state).squeeze(2).div_(denominator)
