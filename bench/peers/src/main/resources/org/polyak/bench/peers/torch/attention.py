# Causal attention over whole sequences; queries, keys and values are [B, N, H, D]. The linear
# variants go through the sequence in chunks: within a chunk of C tokens they compute a masked
# product of queries and keys, between chunks they carry sums.
class Attention(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  variant : str
  beta : float
  gamma : float
  epsilon : float
  chunk : int

  def attention(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return __torch__.attention.attend(queries, keys, values, self.variant, self.beta, self.gamma, self.epsilon, self.chunk)

  # Of momentum alone.
  def attention_in_place(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return __torch__.attention.momentum_in_place(queries, keys, values, self.beta, self.gamma, self.epsilon, self.chunk)

  def attention_gradients(self, queries: Tensor, keys: Tensor, values: Tensor) -> List[Tensor]:
    x = __torch__.functions.leaves([queries, keys, values])
    result = __torch__.attention.attend(x[0], x[1], x[2], self.variant, self.beta, self.gamma, self.epsilon, self.chunk)
    return [result] + __torch__.functions.gradients(result.sum(), x, None)


def attend(queries: Tensor, keys: Tensor, values: Tensor, variant: str, beta: float, gamma: float, epsilon: float, chunk: int) -> Tensor:
  if variant == "softmax":
    return __torch__.attention.softmax(queries, keys, values)
  if variant == "linear":
    return __torch__.attention.linear(queries, keys, values, epsilon, chunk)
  return __torch__.attention.momentum(queries, keys, values, beta, gamma, epsilon, chunk)


def softmax(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
  out = torch.scaled_dot_product_attention(queries.transpose(1, 2), keys.transpose(1, 2), values.transpose(1, 2), None, 0., True)
  return out.transpose(1, 2)


def linear(queries: Tensor, keys: Tensor, values: Tensor, epsilon: float, chunk: int) -> Tensor:
  B, N, H, D = queries.size()
  q = __torch__.functions.by_head(__torch__.functions.feature(queries)).split(chunk, 1)
  k = __torch__.functions.by_head(__torch__.functions.feature(keys)).split(chunk, 1)
  v = __torch__.functions.by_head(values).split(chunk, 1)
  state = torch.zeros([B * H, D, D])
  keySum = torch.zeros([B * H, D, 1])
  mask = torch.ones([chunk, chunk]).tril()
  outs = annotate(List[Tensor], [])
  for i in range(len(q)):
    C = q[i].size(1)
    keys_ = k[i].transpose(1, 2)
    scores = torch.bmm(q[i], keys_) * mask[:C, :C]
    denominator = torch.baddbmm(scores.sum([-1], True), q[i], keySum) + epsilon
    outs.append(torch.baddbmm(torch.bmm(q[i], state), scores, v[i]) / denominator)
    state = torch.baddbmm(state, keys_, v[i])
    keySum = keySum + keys_.sum([-1], True)
  return torch.cat(outs, 1).view([B, H, N, D]).transpose(1, 2)


# For C tokens: weights of pairs (g(1 - b^(i-j+1))/(1 - b), lower triangle), of the velocity that was
# carried to token i (g b(1 - b^i)/(1 - b)), and of key j in the state and in the velocity after them.
def momentum_weights(beta: float, gamma: float, C: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  t = torch.arange(C, dtype=7)
  lag = t.unsqueeze(1) - t.unsqueeze(0)
  pairs = (gamma * (1 - beta ** (lag + 1)) / (1 - beta)).tril()
  carried = gamma * beta * (1 - beta ** (t + 1)) / (1 - beta)
  summed = gamma * (1 - beta ** (C - t)) / (1 - beta)
  decayed = beta ** (C - 1 - t)
  return (pairs.to(6), carried.unsqueeze(1).to(6), summed.unsqueeze(1).to(6), decayed.unsqueeze(1).to(6))


def momentum(queries: Tensor, keys: Tensor, values: Tensor, beta: float, gamma: float, epsilon: float, chunk: int) -> Tensor:
  B, N, H, D = queries.size()
  q = __torch__.functions.by_head(__torch__.functions.feature(queries)).split(chunk, 1)
  k = __torch__.functions.by_head(__torch__.functions.feature(keys)).split(chunk, 1)
  v = __torch__.functions.by_head(values).split(chunk, 1)
  state, velocity = torch.zeros([2, B * H, D, D]).unbind()
  keySum = torch.zeros([B * H, 1, D])
  pairs, carried, summed, decayed = __torch__.attention.momentum_weights(beta, gamma, min(chunk, N))
  outs = annotate(List[Tensor], [])
  for i in range(len(q)):
    C = q[i].size(1)
    if C != pairs.size(0):
      pairs, carried, summed, decayed = __torch__.attention.momentum_weights(beta, gamma, C)
    scores = torch.bmm(q[i], k[i].transpose(1, 2)) * pairs
    keySums = k[i].cumsum(1) + keySum
    denominator = (q[i] * keySums).sum([-1], True) + epsilon
    past = torch.baddbmm(torch.bmm(q[i], state), carried * q[i], velocity)
    outs.append(torch.baddbmm(past, scores, v[i]) / denominator)
    moved = torch.add(state, velocity, alpha=gamma * beta * (1 - beta ** C) / (1 - beta))
    state = torch.baddbmm(moved, (summed * k[i]).transpose(1, 2), v[i])
    velocity = torch.baddbmm(velocity, (decayed * k[i]).transpose(1, 2), v[i], beta=beta ** C)
    keySum = keySums[:, -1:]
  return torch.cat(outs, 1).view([B, H, N, D]).transpose(1, 2)


# The same without gradients, where results may replace operands that are not needed any more.
def momentum_in_place(queries: Tensor, keys: Tensor, values: Tensor, beta: float, gamma: float, epsilon: float, chunk: int) -> Tensor:
  B, N, H, D = queries.size()
  q = queries.split(chunk, 1)
  k = keys.split(chunk, 1)
  v = values.split(chunk, 1)
  out = torch.empty_like(queries)
  outs = out.split(chunk, 1)
  state, velocity = torch.zeros([2, B * H, D, D]).unbind()
  keySum = torch.zeros([B * H, D, 1])
  mask = torch.ones([chunk, chunk]).tril()
  pairs, carried, summed, decayed = __torch__.attention.momentum_weights(beta, gamma, min(chunk, N))
  for i in range(len(q)):
    C = q[i].size(1)
    if C != pairs.size(0):
      pairs, carried, summed, decayed = __torch__.attention.momentum_weights(beta, gamma, C)
    query = torch.elu(__torch__.functions.by_head(q[i])).add_(1)
    keys_ = torch.elu(__torch__.functions.by_head(k[i])).add_(1).transpose(1, 2)
    value = __torch__.functions.by_head(v[i])
    scores = torch.bmm(query, keys_)
    denominator = torch.baddbmm((scores * mask[:C, :C]).sum([-1], True), query, keySum).add_(epsilon)
    numerator = torch.bmm(query, state).baddbmm_(scores.mul_(pairs), value)
    numerator = numerator.baddbmm_(query.mul_(carried), velocity)
    outs[i].copy_(numerator.div_(denominator).view([B, H, C, D]).transpose(1, 2))
    state = state.add_(velocity, alpha=gamma * beta * (1 - beta ** C) / (1 - beta))
    state = state.baddbmm_(keys_, summed * value)
    velocity = velocity.baddbmm_(keys_, decayed * value, beta=beta ** C)
    keySum = keySum.add_(keys_.sum([-1], True))
  return out
