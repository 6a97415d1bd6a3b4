# Steps of training: loss, gradients, each clipped to norm 1, rectified Adam with decoupled decay.
class Training(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  variant : str
  beta : float
  gamma : float
  epsilon : float
  chunk : int
  layers : int
  heads : int
  dropout : float
  rate : float
  decay : float
  steps : int
  parameters : Optional[List[Tensor]]
  first : Optional[List[Tensor]]
  second : Optional[List[Tensor]]

  # Takes the initial parameters. The two moments are parts of one tensor because TorchScript may
  # replace two equal calls by one, and two tensors of zeros are equal until they are written to.
  def start(self, parameters: List[Tensor]) -> Tensor:
    first = annotate(List[Tensor], [])
    second = annotate(List[Tensor], [])
    for parameter in parameters:
      moments = torch.zeros([2] + parameter.size())
      first.append(moments[0])
      second.append(moments[1])
    self.parameters = parameters
    self.first = first
    self.second = second
    return parameters[0]

  # Of tokens [B, N] and targets [B N]; of each position.
  def losses(self, tokens: Tensor, targets: Tensor) -> Tensor:
    parameters = __torch__.functions.held(self.parameters)
    out = __torch__.transformer.forward(tokens, parameters, self.layers, self.heads, 0., self.variant, self.beta, self.gamma, self.epsilon, self.chunk)
    return torch.cross_entropy_loss(out.flatten(0, 1), targets, None, 0)

  def step(self, tokens: Tensor, targets: Tensor) -> Tensor:
    return self.descend(tokens, targets, self.dropout)

  def step_without_dropout(self, tokens: Tensor, targets: Tensor) -> Tensor:
    return self.descend(tokens, targets, 0.)

  def descend(self, tokens: Tensor, targets: Tensor, dropout: float) -> Tensor:
    parameters = __torch__.functions.held(self.parameters)
    leaves = __torch__.functions.leaves(parameters)
    out = __torch__.transformer.forward(tokens, leaves, self.layers, self.heads, dropout, self.variant, self.beta, self.gamma, self.epsilon, self.chunk)
    loss = torch.cross_entropy_loss(out.flatten(0, 1), targets)
    gradients = __torch__.functions.gradients(loss, leaves, None)
    __torch__.training.clip(gradients)
    self.steps = self.steps + 1
    first = __torch__.functions.held(self.first)
    second = __torch__.functions.held(self.second)
    __torch__.training.rectified_adam(parameters, gradients, first, second, self.rate, self.decay, self.steps)
    return loss.detach()


# Each to norm 1: times min(1, 1/(norm + 1e-6)).
def clip(gradients: List[Tensor]) -> NoneType:
  factors = torch._foreach_norm(gradients)
  torch._foreach_add_(factors, 1e-6)
  torch._foreach_reciprocal_(factors)
  torch._foreach_clamp_max_(factors, 1)
  torch._foreach_mul_(gradients, factors)


# With the coefficients 0.9 and 0.999, rectified from rho = 5 on.
def rectified_adam(parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], rate: float, decay: float, step: int) -> NoneType:
  torch._foreach_mul_(parameters, 1 - rate * decay)
  torch._foreach_lerp_(first, gradients, 0.1)
  torch._foreach_mul_(second, 0.999)
  torch._foreach_addcmul_(second, gradients, gradients, 0.001)
  power = 0.999 ** step
  limit = 2 / (1 - 0.999) - 1
  rho = limit - 2 * step * power / (1 - power)
  scale = rate / (1 - 0.9 ** step)
  if rho >= 5:
    variance = (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)
    rectification = (variance * (1 - power)) ** 0.5
    roots = torch._foreach_sqrt(second)
    torch._foreach_add_(roots, 1e-8)
    torch._foreach_addcdiv_(parameters, first, roots, -scale * rectification)
  else:
    torch._foreach_add_(parameters, first, alpha=-scale)
