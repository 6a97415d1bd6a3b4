# What several scripts need. DJL wants a tensor, or several, of whatever it calls.


# The feature map of the linear variants.
def feature(x: Tensor) -> Tensor:
  return torch.elu(x) + 1


# From [B, N, H, D] to [B H, N, D].
def by_head(x: Tensor) -> Tensor:
  B, N, H, D = x.size()
  return x.transpose(1, 2).reshape([B * H, N, D])


# The same numbers, for gradients to be taken of.
def leaves(tensors: List[Tensor]) -> List[Tensor]:
  found = annotate(List[Tensor], [])
  for tensor in tensors:
    found.append(tensor.detach().requires_grad_())
  return found


# Gradients of a result, which is one number or comes with weights of its elements.
def gradients(result: Tensor, inputs: List[Tensor], weights: Optional[Tensor]) -> List[Tensor]:
  found = annotate(List[Tensor], [])
  for gradient in torch.autograd.grad([result], inputs, [weights]):
    assert gradient is not None
    found.append(gradient)
  return found


# What an earlier call has left for this one.
def held(tensors: Optional[List[Tensor]]) -> List[Tensor]:
  assert tensors is not None
  return tensors
