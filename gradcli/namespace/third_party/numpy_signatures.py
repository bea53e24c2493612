"""Functions of numpy for programs, a line each: the form of a line stands in numpy_table.py."""

from __future__ import annotations

SIGNATURES = """
einsum w subscripts
angle A z, b deg=False
append A arr, A values, x axis=None
arccosh A x
arcsinh A x
arctanh A x
argpartition A a, A kth, x axis=-1
argwhere A a
array_equiv A a1, A a2
array_split A ary, A indices_or_sections, i axis=0
ascontiguousarray A a, t dtype=None
atleast_1d A a
atleast_2d A a
atleast_3d A a
average A a, x axis=None, O weights=None
bartlett i M
bincount A x, O weights=None, i minlength=0
bitwise_and A x1, A x2
bitwise_count A x
bitwise_or A x1, A x2
bitwise_xor A x1, A x2
blackman i M
broadcast_shapes s shape1, s shape2
broadcast_to A array, s shape
cbrt A x
choose A a, L choices
column_stack L tup
compress A condition, A a, x axis=None
convolve A a, A v, w mode=full : full same valid
copysign A x1, A x2
corrcoef A x, O y=None
correlate A a, A v, w mode=valid : valid same full
count_nonzero A a, x axis=None
cov A m, O y=None, b rowvar=True, b bias=False, i ddof=None
cross A a, A b
cumprod A a, x axis=None
deg2rad A x
delete A arr, A obj, x axis=None
diag A v, i k=0
diag_indices i n, i ndim=2
diagflat A v, i k=0
diagonal A a, i offset=0
diff A a, i n=1, x axis=-1
digitize A x, A bins, b right=False
divmod A x1, A x2
dsplit A ary, A indices_or_sections
dstack L tup
ediff1d A ary, A to_end=None, A to_begin=None
exp2 A x
extract A condition, A arr
fabs A x
fix A x
flatnonzero A a
flip A m, x axis=None
fliplr A m
flipud A m
float_power A a, A b
floor_divide A a, A b
fmax A a, A b
fmin A a, A b
fmod A a, A b
frexp A x
full_like A a, A fill_value, t dtype=None
gcd A x1, A x2
geomspace n start, n stop, i num=50
gradient A f, n dx=1.0
greater_equal A a, A b
hamming i M
hanning i M
heaviside A a, A b
histogram A a, A bins=10, A range=None, O weights=None, b density=None
histogram2d A x, A y, A bins=10, A range=None, O weights=None, b density=None
histogram_bin_edges A a, A bins=10, A range=None, O weights=None
hsplit A ary, A indices_or_sections
i0 A x
imag A val
inner A a, A b
insert A arr, A obj, A values, x axis=None
interp A x, A xp, A fp
intersect1d A a, A b
invert A x
isclose A a, A b, n rtol=1e-05, n atol=1e-08
iscomplexobj A x
isin A element, A test_elements
isneginf A x
isposinf A x
isreal A x
isrealobj A x
kaiser i M, n beta
kron A a, A b
lcm A x1, A x2
ldexp A x1, A x2
left_shift A x1, A x2
less_equal A a, A b
lexsort A keys, x axis=-1
logaddexp A a, A b
logaddexp2 A x1, A x2
logical_xor A a, A b
may_share_memory A a, A b
median A a, x axis=None, b keepdims=False
meshgrid A xi, w indexing=xy : xy ij
modf A x
moveaxis A a, x source, x destination
nan_to_num A x, b copy=True, n nan=0.0
nanargmax A a, x axis=None
nanargmin A a, x axis=None
nancumprod A a, x axis=None
nancumsum A a, x axis=None
nanmax A a, x axis=None
nanmean A a, x axis=None
nanmedian A a, x axis=None, b keepdims=False
nanmin A a, x axis=None
nanpercentile A a, A q, x axis=None, b keepdims=False
nanprod A a, x axis=None, b keepdims=False
nanquantile A a, A q, x axis=None, b keepdims=False
nanstd A a, x axis=None
nansum A a, x axis=None
nanvar A a, x axis=None
ndim A a
nextafter A x1, A x2
not_equal A a, A b
pad A array, A pad_width, w mode=constant, A *constant_values=0 : constant edge reflect symmetric wrap
partition A a, A kth, x axis=-1
percentile A a, A q, x axis=None, b keepdims=False
poly A seq_of_zeros
polyadd A a, A b
polyder A p, i m=1
polydiv A u, A v
polyfit A x, A y, i deg
polyint A p, i m=1
polymul A a, A b
polysub A a, A b
polyval A p, A x
positive A x
ptp A a, x axis=None
quantile A a, A q, x axis=None, b keepdims=False
rad2deg A x
ravel A a
ravel_multi_index L multi_index, s dims
real A val
remainder A a, A b
repeat A a, A repeats, x axis=None
right_shift A x1, A x2
rint A x
roll A a, A shift, x axis=None
rollaxis A a, i axis, i start=0
roots A p
rot90 A m, i k=1
searchsorted A a, A v, w side=left : left right
select L condlist, L choicelist, A default=0
setdiff1d A a, A b
setxor1d A ar1, A ar2
shape A a
signbit A x
sinc A x
size A a, i axis=None
spacing A x
split A ary, A indices_or_sections, i axis=0
swapaxes A a, i axis1, i axis2
take A a, A indices, x axis=None
take_along_axis A arr, A indices, x axis
tensordot A a, A b, A axes=2
tile A A, A reps
trace A a, i offset=0
trapezoid A y, O x=None, n dx=1.0
tri i N, i M=None, i k=0
tril A m, i k=0
tril_indices i n, i k=0
tril_indices_from A arr, i k=0
trim_zeros A filt
triu A m, i k=0
triu_indices i n, i k=0
triu_indices_from A arr, i k=0
true_divide A a, A b
trunc A x
union1d A a, A b
unravel_index A indices, s shape
unwrap A p
vander A x, i N=None
vdot A a, A b
vsplit A ary, A indices_or_sections
linalg.cholesky A a
linalg.cond A x
linalg.det A a
linalg.eig A a
linalg.eigh A a
linalg.eigvals A a
linalg.eigvalsh A a
linalg.inv A a
linalg.lstsq A a, A b, n rcond=None
linalg.matrix_power A a, i n
linalg.matrix_rank A A
linalg.multi_dot L arrays
linalg.pinv A a
linalg.qr A a
linalg.slogdet A a
linalg.solve A a, A b
linalg.svd A a, b full_matrices=True, b compute_uv=True
"""
TABLED = (*(line.partition(" ")[0] for line in SIGNATURES.strip().split("\n") if not line.startswith("linalg.")),
          "fromiter", "indices", "broadcast_arrays", "block", "fill_diagonal")
"""The functions of `numpy` itself among these."""
