# The model over whole sequences, for the output at their last token.
class Recomputation(Module):
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
  parameters : Optional[List[Tensor]]

  # Takes the parameters.
  def start(self, parameters: List[Tensor]) -> Tensor:
    self.parameters = parameters
    return parameters[0]

  # From tokens [B, N] to the head's outputs, [B, outputs].
  def last(self, tokens: Tensor) -> Tensor:
    parameters = __torch__.functions.held(self.parameters)
    out = __torch__.transformer.forward(tokens, parameters, self.layers, self.heads, 0., self.variant, self.beta, self.gamma, self.epsilon, self.chunk)
    return out[:, -1].contiguous()
