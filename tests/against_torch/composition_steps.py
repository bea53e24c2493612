"""The steps that random compositions are made of: patterns in which {x} and {y} stand for values, {d} for a dimension.

`L` stands for torch.linalg, `S` for torch.special and `F` for torch.nn.functional. Patterns that torch does not take
for the shapes at hand are drawn again. Left out are floor_divide, heaviside, unique and zeta: PyTorch has no
derivative of them, but a history, whose sweep is an error; here their results have none, and whoever asks is told so.
"""

UNARY = """sin cos tanh exp sigmoid neg abs relu square erf atan sinh expm1 round floor sign asinh erfc sinc trunc frac
deg2rad rad2deg digamma lgamma log sqrt rsqrt reciprocal log1p log2 log10 exp2 tan cosh i0 special.i1 special.ndtr
special.expit special.entr special.erfcx nan_to_num positive clone detach logit erfinv asin acos atanh acosh angle sgn
special.i0e special.i1e special.log_ndtr special.ndtri special.bessel_j0 special.bessel_j1 special.gammaln
nn.functional.softplus nn.functional.silu nn.functional.gelu
nn.functional.selu nn.functional.elu nn.functional.celu nn.functional.leaky_relu nn.functional.hardtanh
nn.functional.relu6 nn.functional.softsign nn.functional.logsigmoid nn.functional.mish nn.functional.hardswish
nn.functional.hardsigmoid nn.functional.tanhshrink nn.functional.softshrink nn.functional.hardshrink ceil msort
isnan isfinite signbit zeros_like ones_like logical_not ravel t fliplr flipud adjoint
corrcoef atleast_1d atleast_3d block_diag diagflat squeeze""".split()
BINARY = """add sub mul div maximum minimum atan2 hypot logaddexp logaddexp2 fmax fmin copysign xlogy special.xlog1py
pow fmod remainder float_power true_divide rsub ldexp inner outer kron dist dot vdot mv mm
special.xlogy isclose eq lt logical_and bmm cross linalg.vecdot linalg.cross""".split()
REDUCTIONS = """sum mean prod amax amin logsumexp std var norm cumsum cumprod softmax log_softmax logcumsumexp
nansum median max min sort cummax cummin mode kthvalue1 all_sum all_mean all_prod all_max all_min all_norm all_std
all_var all_median all_amax all_amin all_nansum all_nanmedian
linalg.vector_norm flip roll renorm diff nanmean nanmedian argmax topk quantile nanquantile var_mean std_mean aminmax
var0 std0 softmin count_nonzero argsort all any trapezoid cumulative_trapezoid gradient""".split()
VIEWS = [
    "{x}.t()", "{x}.transpose(0, -1)", "{x}.reshape(-1)", "{x}.unsqueeze({d})", "{x}.squeeze()", "{x}.view(-1)",
    "{x}[{i}]", "{x}[..., {i}]", "{x}[:, {i}]", "{x}[{i}:]", "{x}[::2]", "{x}[..., 1:]", "{x}[None]", "{x}[:1]",
    "{x}[torch.tensor([0, 1, 0])]", "{x}[..., torch.tensor([1, 0])]", "{x}[{x} > 0.5]", "{x}[({x} > 0).sum() % 2]",
    "{x}.expand(2, *{x}.shape)", "{x}.permute(*range({x}.dim() - 1, -1, -1))", "{x}.diagonal()", "{x}.flatten()",
    "{x}.narrow(0, 0, 1)", "{x}.select(-1, 0)", "{x}.chunk(2, {d})[0]", "{x}.split(1, {d})[-1]", "{x}.unbind({d})[0]",
    "torch.tensor_split({x}, 2, {d})[0]", "{x}.repeat(2, *[1] * {x}.dim())", "{x}.movedim(0, -1)", "{x}.tril()",
    "torch.cat([{x}, {x}], {d})", "torch.stack([{x}, {y}], {d})", "torch.cat([{x}, {y}])", "{x}.contiguous()",
    "{x}.double()", "{x}.float()", "{x}.index_select({d}, torch.tensor([0, 0]))", "{x}.unfold(0, 1, 1)",
    "torch.take_along_dim({x}, {x}.argsort({d}), {d})", "{x}.diag()", "torch.atleast_2d({x})", "list({x})[0]",
    "torch.broadcast_to({x}, (2, *{x}.shape))", "{x}.rot90(1, [0, -1])", "{x}.masked_select({y} > 0)",
    "F.pad({x}, (1, 1))", "{x}.repeat_interleave(2, {d})", "torch.gather({x}, 0, ({x} > 0).long())",
    "{x}.view_as({y})", "{x}.expand_as({y})", "{x}.type_as({y})", "{x}.to({y}.dtype)", "{x}.swapaxes(0, -1)",
    "{x}.unflatten(0, (-1, 1))", "torch.tile({x}, (2,))", "torch.hstack([{x}, {y}])", "torch.vstack([{x}, {y}])",
    "torch.dstack([{x}, {y}])", "torch.column_stack([{x}, {y}])", "torch.block_diag({x}, {y})", "{x}.triu(1)",
    "torch.diag_embed({x})", "torch.meshgrid({x}, {y}, indexing='ij')[0]", "torch.cartesian_prod({x}, {y})",
    "torch.combinations({x})", "torch.broadcast_tensors({x}, {y})[0]", "{x}.take(torch.tensor([0, -1, 0]))",
    "{x}.clone().as_strided((2,), (1,))", "{x}.clone().as_strided((2, 2), (2, 1))",
    "{x}[[True, False]]", "{x}[..., None]",
    "{x}[torch.tensor([[0, 1], [1, 0]])]", "{x}[torch.tensor([0, 1]), torch.tensor([1, 0])]", "{x}[[0, -1], {i}:]",
    "F.pad({x}, (-1, 0))", "F.pad({x}, (1, 1), 'constant', 2.0)", "F.pad({x}[None], (1, 0), 'reflect')",
    "F.pad({x}[None], (1, 1), 'replicate')", "F.pad({x}[None], (1, 1), 'circular')", "{x}[{x} > 9]", "{x}[2:]",
    "{x}[:0]", "torch.hsplit({x}, 1)[0]", "{x}.sum_to_size({y}.shape)", "{x}.detach()", "{x}.clone().detach()",
    "torch.roll({x}, (1, -1), (0, -1))", "{x}.new_zeros(2)", "torch.as_tensor({x})", "{x}.requires_grad_()",
    "{x}.argsort()", "torch.nonzero({x})", "torch.trapezoid({x}, dx=2)"]
SQUARE = "({x} @ {x}.t() + 1.0 * torch.eye({x}.shape[0], dtype={x}.dtype))"
LINALG = [pattern.replace("SPD", SQUARE) for pattern in (
    "L.inv(SPD)", "L.solve(SPD, {y})", "L.cholesky(SPD)", "L.eigvalsh(SPD)", "L.svdvals({x})", "L.slogdet(SPD)[1]",
    "torch.logdet(SPD)", "L.matrix_norm({x}, 'fro')", "L.matrix_norm({x}, 'nuc')", "L.matrix_norm({x}, 1)",
    "L.matrix_norm({x}, 2)", "L.matrix_norm({x}, -1)", "L.pinv({x})", "L.matrix_power(SPD, 2)", "L.cond({x})",
    "L.matrix_power({x}, 3)", "L.matrix_power({x}, 0)", "L.matrix_power(SPD, -1)", "torch.matrix_exp({x})",
    "L.lstsq({x}, {y})[0]", "L.qr({x})[1]", "L.multi_dot([{x}, {y}, {x}])", "L.solve_triangular(SPD, {y}, upper=True)",
    "L.vander({x})", "L.eigh(SPD)[0]", "L.lu(SPD)[2]", "L.lu_factor(SPD)[0]", "L.det({x})", "L.det(SPD)",
    "torch.cholesky_solve({y}, L.cholesky(SPD))", "L.norm({x})", "L.norm({x}, 1)", "L.norm({x}, 2)",
    "L.slogdet({x})[1]",
    "L.norm({x}, float('inf'))", "torch.tensordot({x}, {y}, 1)", "torch.tensordot({x}, {y}, 0)", "L.inv({x})",
    "torch.addmm({x}, {y}, {y}.t())", "torch.addmm({x}, {y}, {y}, beta=0.5, alpha=2)", "torch.addmv({x}, {y}, {x})",
    "torch.addr({x}, {y}, {y})", "torch.baddbmm({x}, {y}, {y}.transpose(1, 2))", "torch.bmm({x}, {y}.transpose(1, 2))",
    "torch.einsum('ij,kj->ik', {x}, {y})", "torch.einsum('ii->i', {x})", "torch.einsum('ij->j', {x})",
    "torch.einsum('ij,jk,kl->il', {x}, {y}, {x})", "torch.einsum('i,j->ij', {x}, {y})", "torch.einsum('ij->', {x})",
    "torch.einsum('bij,bkj->bik', {x}, {y})", "{x} @ {y}", "{x} @ {y}.t()", "{x} @ {x}.t()", "torch.cov({x})",
    "torch.einsum('...i,...i->...', {x}, {y}.to({x}.dtype))", "torch.outer({x}, {y})",
    "torch.trace({x})", "torch.inner({x}, {y})",
    "torch.kron({x}, {y})", "torch.dot({x}, {y})", "F.linear({x}, {y})", "F.bilinear({x}, {x}, {y}[None])",
    "F.linear({x}, {y}, {y}[:, 0])", "torch.corrcoef({x})", "L.tensorsolve(SPD, {x}[:, 0])")]
PRODUCTS = [
    "torch.where({x} > {y}, {x}, {y})", "torch.where({x} > 0, {x}, 0.5)", "torch.where({y} > 0, 1.5, {x})",
    "{x}.lerp({y}, 0.3)", "{x}.lerp({y}, {x})", "{x} ** 2", "{x} ** 3", "{x} ** 0", "{x} ** 1", "2 ** {x}", "0 ** {x}",
    "{x} ** 0.5", "{x} ** -1", "{x} ** {y}", "{x} * 2", "2 / {x}", "{x} / 2", "{x} - 1", "1 - {x}",
    "{x}.clamp(-0.5, 0.5)", "{x}.clamp(min={y})", "{x}.clamp({y}, 0.5 + {y})", "{x}.clamp(max={y})", "{x} / {y}",
    "{x}.masked_fill({x} > 0, 1.5)", "torch.addcmul({x}, {y}, {x})", "torch.addcdiv({x}, {y}, {x}, value=0.5)",
    "torch.cdist({x}, {y})", "torch.cdist({x}, {y}, 1)", "torch.cdist({x}, {y}, 3.0)",
    "torch.pdist({x}.reshape({x}.shape[0] or 2, -1))",      # PyTorch does not survive the gradient for no rows
    "torch.cdist({x}, {y}, float('inf'))", "torch.dist({x}, {y})", "torch.dist({x}, {y}, 1)", "{x} * {y} + {x}",
    "F.cosine_similarity({x}, {y}, -1)", "F.normalize({x}, dim=-1)", "F.normalize({x}, 1, 0)", "{x} % 2", "{x} % {y}",
    "F.pairwise_distance({x}, {y})", "{x}.fmod(1)", "torch.div({x}, {y}, rounding_mode='floor')", "{x}.remainder(-2)",
    "torch.div({x}, {y}, rounding_mode='trunc')", "torch.polygamma(1, {x})", "torch.mvlgamma({x} + 3, 2)",
    "{x}.logit(0.1)", "torch.sub({x}, {y}, alpha=0.5)", "torch.add({x}, {y}, alpha=2)",
    "{x} * torch.arange({x}.shape[-1])", "{x} + torch.arange({x}.shape[-1])", "{x} / torch.tensor(3)", "-{x}",
    "{x} * torch.tensor([1, 2])", "{x} * ({x} > 0)", "{x} ** torch.arange({x}.shape[-1])", "torch.tensor(2) ** {x}",
    "({x} > 0) * 1.5 + {x}", "abs({x})", "sum([{x}, {y}])", "{x} * {x}.detach()", "{x}.nan_to_num(1.0)",
    "torch.nn.functional.gelu({x}, approximate='tanh')", "F.softplus({x}, 2, 1)", "F.elu({x}, 0.5)", "{x}.mean() - {x}",
    "torch.logaddexp({x}, {x})", "({x} - {x}).abs()", "{x} * 0", "torch.sqrt({x} * 0)", "torch.hypot({x}, {x})",
    "{x}.relu() * {y}", "torch.zeros_like({x}) * {x}", "torch.full_like({x}, 2.) + {x}", "{x}.cumsum({d})[..., -1:]"]
LAYERS = [
    "F.layer_norm({x}, {x}.shape[-1:])", "F.layer_norm({x}, {y}.shape, {y}, {y})", "F.layer_norm({x}, {y}.shape, {y})",
    "F.layer_norm({x}, {x}.shape[-1:], None, {x}[0])", "F.rms_norm({x}, {x}.shape[-1:])",
    "F.rms_norm({x}, {y}.shape, {y})",
    "F.batch_norm({x}, None, None, None, None, True)", "F.batch_norm({x}, None, None, {y}, {y}, True)",
    "F.batch_norm({x}, None, None, {y}, None, True)", "F.batch_norm({x}, None, None, None, {y}, True)",
    "F.batch_norm({x}, {y}.detach(), {y}.detach().exp(), None, {y})", "F.group_norm({x}, 1)",
    "F.batch_norm({x}, {y}.detach(), {y}.detach().exp(), {y}, {y})", "F.group_norm({x}, 1, {y}, {y})",
    "F.group_norm({x}, 1, None, {y})", "F.instance_norm({x}[None])", "F.instance_norm({x}[None], None, None, {y}, {y})",
    "F.local_response_norm({x}[None], 2)", "F.prelu({x}, {y}.reshape(-1)[:1])", "F.glu({x}.repeat(2, 1))",
    "F.max_pool1d({x}[None], 2)", "F.avg_pool1d({x}[None], 2)", "F.max_pool1d({x}.reshape(1, 1, -1), 2, 1)",
    "F.max_pool2d({x}[None, None], 2)", "F.avg_pool2d({x}[None, None], 2)", "F.avg_pool2d({x}[None, None], 2, 1, 1)",
    "F.adaptive_avg_pool1d({x}[None], 2)", "F.adaptive_max_pool1d({x}[None], 2)", "F.lp_pool1d({x}[None], 2, 2)",
    "F.adaptive_avg_pool2d({x}[None, None], (1, 2))", "F.adaptive_max_pool2d({x}[None, None], 1)",
    "F.max_pool3d({x}[None, None, None], (1, 2, 2))", "F.avg_pool3d({x}[None, None, None], (1, 2, 2))",
    "F.max_pool2d({x}[None, None], 2, 1, 1, return_indices=True)[0]", "F.lp_pool2d({x}[None, None], 2, 2)",
    "F.conv1d({x}.reshape(1, 1, -1), {y}.reshape(1, 1, -1)[..., :2])", "F.conv1d({x}[None], {y}[None])",
    "F.conv1d({x}.reshape(1, 1, -1), {y}.reshape(1, 1, -1)[..., :2], {y}.reshape(-1)[:1], 1, 1)",
    "F.conv1d({x}.detach().reshape(1, 1, -1), {y}.detach().reshape(1, 1, -1)[..., :2], {y}.reshape(-1)[:1])",
    "F.conv2d({x}[None, None], {y}[None, None])", "F.conv2d({x}[None, None], {y}[None, None], padding=1, dilation=2)",
    "F.conv2d({x}[None, None], {y}.reshape(-1)[:1].reshape(1, 1, 1, 1), stride=2)", "F.conv2d({x}[None], {y}[None])",
    "F.conv_transpose1d({x}.reshape(1, 1, -1), {y}.reshape(1, 1, -1)[..., :2])",
    "F.conv_transpose2d({x}[None, None], {y}[None, None], stride=2)", "F.conv3d({x}[None, None], {y}[None, None])",
    "F.conv_transpose1d({x}.reshape(1, 1, -1), {y}.reshape(1, 1, -1)[..., :2], {y}.reshape(-1)[:1])",
    "F.unfold({x}[None, None], 2)", "F.fold({x}[None], (2, 2), 1)", "F.interpolate({x}[None], scale_factor=2)",
    "F.interpolate({x}[None], scale_factor=2, mode='linear')",
    "F.interpolate({x}[None, None], size=3, mode='bilinear')",
    "F.interpolate({x}[None, None], size=3, mode='bicubic')", "F.interpolate({x}[None, None], size=2, mode='area')",
    "F.grid_sample({x}[None, None], {y}.reshape(1, 1, -1, 2), align_corners=False)",
    "F.grid_sample({x}[None, None], {y}.reshape(1, 1, -1, 2), 'bicubic', align_corners=True)",
    "F.affine_grid({x}[None], (1, 1, 2, 2), align_corners=False)", "F.threshold({x}, 0.1, 0.5)", "F.softmin({x}, {d})",
    "F.embedding(torch.tensor([0, 1, 0]), {x})", "F.embedding(torch.tensor([[1]]), {x}, padding_idx=1)",
    "F.embedding_bag(torch.tensor([[0, 1]]), {x})", "F.embedding_bag(torch.tensor([[0, 1]]), {x}, mode='max')",
    "F.scaled_dot_product_attention({x}, {y}, {y})", "F.scaled_dot_product_attention({x}, {x}, {x}, is_causal=True)",
    "F.dropout({x}, 0.0)", "F.dropout({x}, 0.5, False)", "F.pixel_shuffle({x}.reshape(1, 4, 1, -1), 2)",
    "F.rrelu({x})", "F.hardtanh({x}, -0.5, 0.7)", "F.max_unpool1d(*F.max_pool1d({x}[None], 2, return_indices=True), 2)",
    "torch.channel_shuffle({x}.reshape(1, 2, 1, -1), 2)", "F.one_hot(({x} > 0).long()) * {x}.unsqueeze(-1)"]
LOSSES = [
    "F.mse_loss({x}, {y}{r})", "F.l1_loss({x}, {y}{r})", "F.smooth_l1_loss({x}, {y}{r})", "F.huber_loss({x}, {y}{r})",
    "F.smooth_l1_loss({x}, {y}{r}, beta=0.3)", "F.huber_loss({x}, {y}{r}, delta=0.4)", "F.kl_div({x}, {y}{r})",
    "F.kl_div({x}, {y}, log_target=True{r})", "F.kl_div({x}, {y}.softmax(-1), reduction='batchmean')",
    "F.binary_cross_entropy({x}.sigmoid(), {y}.sigmoid(){r})",
    "F.binary_cross_entropy({x}.sigmoid(), {y}.detach() * 0{r})",
    "F.binary_cross_entropy_with_logits({x}, {y}{r})", "F.binary_cross_entropy_with_logits({x}, {x}.sigmoid(), {y}{r})",
    "F.binary_cross_entropy_with_logits({x}, {y}, pos_weight={y}.exp(){r})", "F.soft_margin_loss({x}, {y}.sign(){r})",
    "F.hinge_embedding_loss({x}, {y}.sign(){r})", "F.margin_ranking_loss({x}, {y}, {x}.sign(), 0.5{r})",
    "F.poisson_nll_loss({x}, {y}{r})", "F.poisson_nll_loss({x}, {y}.exp(), False{r})",
    "F.gaussian_nll_loss({x}, {y}, {x}.exp(){r})",
    "F.triplet_margin_loss({x}, {y}, {x} * 0.5{r})", "F.cosine_embedding_loss({x}, {y}, {x}[:, 0].sign(){r})",
    "F.multi_margin_loss({x}, torch.zeros({x}.shape[0], dtype=torch.int64){r})", "F.nll_loss({x}, {t}{r})",
    "F.multilabel_margin_loss({x}, ({x} > 0).long(){r})",
    "F.multilabel_soft_margin_loss({x}, ({y} > 0).to({x}.dtype){r})",
    "F.cross_entropy({x}, {t}{r})", "F.cross_entropy({x}, {t}, {y}.reshape(-1)[:{x}.shape[1]].exp().detach(){r})",
    "F.cross_entropy({x}, {y}.softmax(-1){r})", "F.cross_entropy({x}, {t}, label_smoothing=0.1{r})",
    "F.nll_loss({x}, {t}, ignore_index=0{r})", "F.cross_entropy({x}, {t}, ignore_index=0{r})",
    "F.nll_loss({x}, {t}, {x}[0].detach().exp(){r})", "F.mse_loss({x}, {x}.detach(){r})", "F.mse_loss({x}, {x}{r})"]
REDUCED = ("sum", "prod", "mean", "amax", "amin")
LINE_PLACE = [
    "torch.index_add({x}, 0, torch.tensor([0]), {x}[:1])", "{x}.index_add({d}, torch.tensor([0, 0]), {y}, alpha=2)",
    "torch.scatter({x}, 0, torch.zeros_like({x}[:1]).long(), {y})", "torch.scatter({x}, 0, {z}, 1.5)",
    "{x}.scatter_add(0, {z}, {x})", "{x}.scatter_add({d}, torch.zeros_like({y}).long(), {y})",
    "{x}.scatter(0, {z}, {y}, reduce='add')", "{x}.scatter(0, {z}, 2.0, reduce='multiply')",
    *[f"{{x}}.scatter_reduce({{d}}, torch.zeros_like({{y}}).long(), {{y}}, '{how}')" for how in REDUCED],
    *[f"({{x}} * 0 + 9).scatter_reduce(0, torch.zeros_like({{y}}).long(), {{y}}, '{how}', include_self=False)"
      for how in REDUCED],     # with 9, as PyTorch counts an equal element among the ties that is not to be included
    *[f"({{x}} * 1.0).index_reduce(0, torch.tensor([0, 0]), {{y}}, '{how}')" for how in REDUCED[1:]],
    "{x}.index_copy(0, torch.tensor([0]), {y}[:1])", "{x}.index_fill({d}, torch.tensor([0]), 2.)",
    "{x}.index_put((torch.tensor([0, 0]),), {y}, accumulate=True)", "{x}.index_put(({x} > 0,), {y}.reshape(-1)[0])",
    "{x}.index_put((torch.tensor([1, 0]),), {y}[0])", "{x}.masked_scatter({x} > 0, {y})",
    "{x}.masked_fill({y} > 0, {x}.reshape(-1)[0])", "{x}.put(torch.tensor([0, 1]), {y})",
    "{x}.take(torch.tensor([[0, 1]]))",
    "{x}.put(torch.tensor([0, 0]), {y}, accumulate=True)", "torch.gather({x}, {d}, torch.zeros_like({x}).long())",
    "torch.select_scatter({x}, {y}, 0, 0)", "torch.slice_scatter({x}, {y}, 0, 0, 1)",
    "torch.diagonal_scatter({x}, {y})",
    "torch.searchsorted({x}.sort(-1)[0], {y})", "torch.bucketize({x}, {y}.sort()[0])"]
WRITES = [
    "{x}.mul_(2)", "{x}.add_({y})", "{x}.exp_()", "{x}.zero_()", "{x}[0] = 1.5", "{x}[{i}] = {y}",
    "{x}[0] = {y}.sum()", "{x}[:1] = {y}[:1]", "{x}[..., 0] = {y}.reshape(-1)[0]", "{x} += {y}", "{x}[0].mul_(3)",
    "{x}.t().add_(1)", "{x}.copy_({y})", "{x}.relu_()", "{x}[0] += {x}[-1]", "{x}.view(-1)[0] = 2.",
    "{x}[{x} > 0] = 0.5", "{x}.fill_(0.5)", "{x}[0] = {y}.reshape(-1)[:1]", "{x}[:1, 0] = {y}.reshape(1, -1)[:, :1]",
    "{x}.sigmoid_()", "{x}.clamp_(min=0)", "{x}[torch.tensor([0])] = {y}[:1]", "{x}.masked_fill_({x} > 0, 0.)",
    "{x}.sub_({x}.detach())", "{x}.unsqueeze_(0)", "{x}.index_fill_(0, torch.tensor([0]), 2.)",
    "{x}.chunk(2)[0].mul_(2)", "{x}.data.mul_(2)", "{x}.sqrt_()", "{x}.pow_(2)", "{x}.div_({y})", "{x}.mul_({y})",
    "{x}.div_(2, rounding_mode='floor')", "{x}.clamp_({y})", "{x}.lerp_({y}, 0.4)", "{x}.addcmul_({y}, {x})",
    "{x}.addcdiv_({y}, {y})", "{x}.index_add_(0, torch.tensor([0]), {y}[:1])",
    "{x}.index_copy_(0, torch.tensor([0]), {y}[:1])",
    "{x}.index_put_((torch.tensor([0]),), {y}[0])", "{x}.scatter_(0, {z}, {y})", "{x}.scatter_add_(0, {z}, {y})",
    "{x}.masked_scatter_({x} > 0, {y}.clone())", "{x}.put_(torch.tensor([0]), {y}.reshape(-1)[:1])", "{x}.cumsum_({d})",
    "{x}.cumprod_({d})", "{x}.tril_()", "{x}.neg_()", "{x}.abs_()", "{x}.squeeze_()", "{x}.transpose_(0, -1)",
    "{x}.t_()", "{x}.floor_()", "{x}.sign_()", "{x}.log_()", "{x}.reciprocal_()", "{x}.tanh_()", "{x}.hypot_({y})",
    "{x}.atan2_({y})", "{x}.fmod_(1)", "{x}.remainder_({y})", "{x}.copysign_({y})", "{x}.nan_to_num_()", "{x}.rsqrt_()",
    "{x}[...] = {y}", "{x}[:] = {y}", "{x}[{x} > 0] = {y}.reshape(-1)[0]", "{x}[..., [0]] += 1",
    "{x}.diagonal().mul_(2)",
    "F.elu({x}, inplace=True)", "F.relu({x}, inplace=True)", "F.leaky_relu_({x})", "F.hardtanh_({x})",
    "{x}.detach().mul_(2)",
    "F.silu({x}, inplace=True)", "F.threshold_({x}, 0.1, 0.2)", "F.dropout({x}, 0.0, inplace=True)", "{x}.detach_()",
    "{x}.mul_({x})", "{x}.add_({x})", "{x} *= {y}", "{x} /= 2", "{x} -= {x}.mean()", "{x} **= 2", "{x}.sin_()",
    "{x}.cos_()",
    "{x}.requires_grad_(False)", "{x}.expm1_()", "{x}.log1p_()", "{x}.square_()", "{x}.erf_()", "{x}.xlogy_({y})",
    "{x}.renorm_(2, 0, 1.0)", "{x}.fill_({y}.sum())", "{x}.masked_fill_({x} > 0, {y}.sum())",
    "{x}.index_fill_(0, torch.tensor([0]), {y}.sum())", "{x}.addmm_({y}.clone(), {y}.clone())",
    "{x}.view(-1).mul_(2)", "{x}.round_()",
    "{x}.select(0, 0).copy_({y})", "{x}.narrow(0, 0, 1).add_(1)", "{x}.expand(2, *{x}.shape)[0].mul_(2)",
    "{x}.trunc_()",
    "{x}.unbind(0)[0].mul_(2)", "{x}.clamp_(-0.5, 0.5)", "{x}.logit_(0.1)", "{x}.copy_({y}.float())", "{x}.tan_()"]
SHAPES = [(), (), (1,), (2,), (3,), (2, 3), (2, 3), (3, 2), (1, 3), (2, 2), (2, 2), (3, 3), (2, 1, 3), (2, 3, 2), (0,),
          (1, 1), (4,), (0, 3), (3, 1), (2, 2, 2), (4, 4), (1, 2, 2)]
STEPS = {"view": VIEWS, "product": PRODUCTS, "write": WRITES, "linalg": LINALG, "layer": LAYERS, "loss": LOSSES,
         "placed": LINE_PLACE}
KINDS = ["unary", "binary", "reduction", "reduction", *["view"] * 2, "product", "linalg", "layer", "loss", "placed",
         *["write"] * 2]
