"""Differentiation exercises of the kinds that calculus courses set, by x unless `BY` says otherwise, with answers."""

POWERS = """
x**3 :: 3*x**2
7*x :: 7
5 + 0*x :: 0
x**10 :: 10*x**9
4*x**3 - 2*x**2 + x - 9 :: 12*x**2 - 4*x + 1
x**5/5 - x**3/3 :: x**4 - x**2
1/x :: -1/x**2
1/x**2 :: -2/x**3
3/x**4 :: -12/x**5
sqrt(x) :: 1/(2*sqrt(x))
x*sqrt(x) :: 3*sqrt(x)/2
x**(2/3) :: 2/(3*x**(1/3))
1/sqrt(x) :: -1/(2*x**(3/2))
(x + 1)*(x - 1) :: 2*x
(2*x + 3)**2 :: 4*(2*x + 3)
(x + 1)**5 :: 5*(x + 1)**4
(3*x - 1)**7 :: 21*(3*x - 1)**6
(x**2 + 1)**3 :: 6*x*(x**2 + 1)**2
(x**2 + 3*x)**4 :: 4*(2*x + 3)*(x**2 + 3*x)**3
(1 - x)**4 :: -4*(1 - x)**3
sqrt(2*x + 1) :: 1/sqrt(2*x + 1)
sqrt(x**2 + 1) :: x/sqrt(x**2 + 1)
sqrt(1 - x**2) :: -x/sqrt(1 - x**2)
(x**2 + 1)**(1/3) :: 2*x/(3*(x**2 + 1)**(2/3))
1/(x + 1) :: -1/(x + 1)**2
1/(x**2 + 1) :: -2*x/(x**2 + 1)**2
1/(2*x - 5)**3 :: -6/(2*x - 5)**4
x + 1/x :: 1 - 1/x**2
(x + 1/x)**2 :: 2*(x + 1/x)*(1 - 1/x**2)
math.pi*x**2 :: 2*pi*x
4/3*math.pi*x**3 :: 4*pi*x**2
x**4/4 + 2*x :: x**3 + 2
(x**3 + x)/x :: 2*x
"""
QUOTIENTS = """
x/(x + 1) :: 1/(x + 1)**2
(x - 1)/(x + 1) :: 2/(x + 1)**2
x/(x**2 + 1) :: (1 - x**2)/(x**2 + 1)**2
x**2/(x + 1) :: (x**2 + 2*x)/(x + 1)**2
(2*x + 1)/(3*x + 2) :: 1/(3*x + 2)**2
x**2/(x**2 + 1) :: 2*x/(x**2 + 1)**2
(1 - x)/(1 + x) :: -2/(1 + x)**2
x/sqrt(x**2 + 1) :: 1/(x**2 + 1)**(3/2)
x**3/(1 - x) :: (3*x**2 - 2*x**3)/(1 - x)**2
sin(x)/x :: cos(x)/x - sin(x)/x**2
exp(x)/x :: exp(x)/x - exp(x)/x**2
log(x)/x :: (1 - log(x))/x**2
x/exp(x) :: (1 - x)*exp(-x)
x/log(x) :: 1/log(x) - 1/log(x)**2
sin(x)/cos(x) :: 1/cos(x)**2
cos(x)/sin(x) :: -1/sin(x)**2
(1 + sin(x))/cos(x) :: (1 + sin(x))/cos(x)**2
exp(x)/(1 + exp(x)) :: exp(x)/(1 + exp(x))**2
(exp(x) - exp(-x))/(exp(x) + exp(-x)) :: 4/(exp(x) + exp(-x))**2
1/(1 + exp(-x)) :: exp(-x)/(1 + exp(-x))**2
"""
PRODUCTS = """
x*sin(x) :: sin(x) + x*cos(x)
x**2*sin(x) :: 2*x*sin(x) + x**2*cos(x)
x*cos(x) :: cos(x) - x*sin(x)
x*exp(x) :: exp(x) + x*exp(x)
x**2*exp(x) :: 2*x*exp(x) + x**2*exp(x)
x**2*exp(-x) :: 2*x*exp(-x) - x**2*exp(-x)
x*log(x) :: log(x) + 1
x*log(x) - x :: log(x)
x**2*log(x) :: 2*x*log(x) + x
sqrt(x)*log(x) :: log(x)/(2*sqrt(x)) + 1/sqrt(x)
exp(x)*sin(x) :: exp(x)*sin(x) + exp(x)*cos(x)
exp(x)*cos(x) :: exp(x)*cos(x) - exp(x)*sin(x)
exp(-x)*sin(x) :: exp(-x)*cos(x) - exp(-x)*sin(x)
sin(x)*cos(x) :: cos(x)**2 - sin(x)**2
x*sin(x)*exp(x) :: sin(x)*exp(x) + x*cos(x)*exp(x) + x*sin(x)*exp(x)
(x + 1)*(x + 2)*(x + 3) :: 3*x**2 + 12*x + 11
x*atan(x) :: atan(x) + x/(x**2 + 1)
x*sqrt(1 - x**2) :: (1 - 2*x**2)/sqrt(1 - x**2)
(x**2 + 1)*exp(x) :: (x**2 + 2*x + 1)*exp(x)
x**3*(1 - x)**2 :: 3*x**2*(1 - x)**2 - 2*x**3*(1 - x)
"""
TRIGONOMETRY = """
sin(x) :: cos(x)
cos(x) :: -sin(x)
tan(x) :: 1 + tan(x)**2
sin(2*x) :: 2*cos(2*x)
cos(3*x + 1) :: -3*sin(3*x + 1)
sin(x**2) :: 2*x*cos(x**2)
sin(x)**2 :: 2*sin(x)*cos(x)
cos(x)**2 :: -2*sin(x)*cos(x)
sin(x)**3 :: 3*sin(x)**2*cos(x)
cos(x)**4 :: -4*cos(x)**3*sin(x)
sin(x)**2 + cos(x)**2 :: 0
sin(x) + cos(x) :: cos(x) - sin(x)
1/sin(x) :: -cos(x)/sin(x)**2
1/cos(x) :: sin(x)/cos(x)**2
sin(sqrt(x)) :: cos(sqrt(x))/(2*sqrt(x))
sqrt(sin(x)) :: cos(x)/(2*sqrt(sin(x)))
sin(cos(x)) :: -sin(x)*cos(cos(x))
sin(1/x) :: -cos(1/x)/x**2
tan(2*x) :: 2*(1 + tan(2*x)**2)
tan(x)**2 :: 2*tan(x)*(1 + tan(x)**2)
sin(3*x)*cos(2*x) :: 3*cos(3*x)*cos(2*x) - 2*sin(3*x)*sin(2*x)
asin(x) :: 1/sqrt(1 - x**2)
acos(x) :: -1/sqrt(1 - x**2)
atan(x) :: 1/(1 + x**2)
asin(2*x/5) :: 2/sqrt(25 - 4*x**2)
atan(2*x) :: 2/(4*x**2 + 1)
atan(1/x) :: -1/(x**2 + 1)
atan(x**2) :: 2*x/(x**4 + 1)
asin(x)**2 :: 2*asin(x)/sqrt(1 - x**2)
x*asin(x) + sqrt(1 - x**2) :: asin(x)
x - sin(x)*cos(x) :: 2*sin(x)**2
"""
EXPONENTIALS = """
exp(x) :: exp(x)
exp(3*x) :: 3*exp(3*x)
exp(-x) :: -exp(-x)
exp(x**2) :: 2*x*exp(x**2)
exp(-x**2) :: -2*x*exp(-x**2)
exp(-x**2/2) :: -x*exp(-x**2/2)
exp(sin(x)) :: cos(x)*exp(sin(x))
exp(1/x) :: -exp(1/x)/x**2
exp(sqrt(x)) :: exp(sqrt(x))/(2*sqrt(x))
exp(exp(x)) :: exp(x)*exp(exp(x))
(1 + exp(x))**3 :: 3*exp(x)*(1 + exp(x))**2
exp(x) + exp(-x) :: exp(x) - exp(-x)
(exp(x) - exp(-x))/2 :: (exp(x) + exp(-x))/2
2**x :: 2**x*log(2)
10**x :: 10**x*log(10)
3**(2*x) :: 2*3**(2*x)*log(3)
x*2**x :: 2**x + x*2**x*log(2)
x**x :: x**x*(log(x) + 1)
log(x) :: 1/x
log(3*x) :: 1/x
log(x**2) :: 2/x
log(x)**2 :: 2*log(x)/x
log(x**2 + 1) :: 2*x/(x**2 + 1)
log(1 + exp(x)) :: exp(x)/(1 + exp(x))
log(sin(x)) :: cos(x)/sin(x)
log(cos(x)) :: -sin(x)/cos(x)
log(log(x + 1)) :: 1/((x + 1)*log(x + 1))
log(sqrt(x)) :: 1/(2*x)
log((1 + x)/(1 - x)) :: 2/(1 - x**2)
log(x + sqrt(x**2 + 1)) :: 1/sqrt(x**2 + 1)
sqrt(log(x + 1)) :: 1/(2*(x + 1)*sqrt(log(x + 1)))
1/log(x) :: -1/(x*log(x)**2)
log2(x) :: 1/(x*log(2))
log10(x) :: 1/(x*log(10))
log1p(x) :: 1/(x + 1)
sinh(x) :: cosh(x)
cosh(x) :: sinh(x)
tanh(x) :: 1 - tanh(x)**2
sinh(x)**2 :: 2*sinh(x)*cosh(x)
asinh(x) :: 1/sqrt(x**2 + 1)
atanh(x) :: 1/(1 - x**2)
erf(x) :: 2*exp(-x**2)/sqrt(pi)
sigmoid(x) :: sigmoid(x)*(1 - sigmoid(x))
x*sigmoid(x) :: sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))
lgamma(x) :: digamma(x)
relu(x) :: 1 if x > 0 else 0
abs(x) :: sign(x)
relu(x)**2 :: 2*relu(x)
"""
BLOCKS = (POWERS, QUOTIENTS, PRODUCTS, TRIGONOMETRY, EXPONENTIALS)
LINES = [line for block in BLOCKS for line in block.strip().splitlines()]
EXERCISES = dict(line.split(" :: ") for line in LINES)
SEVERAL = {     # partial derivatives
    ("x**2*y", "x"): "2*x*y", ("x**2*y", "y"): "x**2", ("x*y + y*z", "y"): "x + z", ("sin(x*y)", "x"): "y*cos(x*y)",
    ("exp(x)*sin(y)", "y"): "exp(x)*cos(y)", ("x/y", "y"): "-x/y**2", ("sqrt(x**2 + y**2)", "x"): "x/sqrt(x**2 + y**2)",
    ("log(x**2 + y**2)", "y"): "2*y/(x**2 + y**2)", ("x**y", "x"): "y*x**(y - 1)", ("x**y", "y"): "x**y*log(x)",
    ("(1 - x)**2 + 100*(y - x**2)**2", "x"): "-2*(1 - x) - 400*x*(y - x**2)",
    ("(1 - x)**2 + 100*(y - x**2)**2", "y"): "200*(y - x**2)", ("atan(y/x)", "x"): "-y/(x**2 + y**2)",
    ("x*y*z", "z"): "x*y", ("w*x + b", "w"): "x", ("(w*x + b - y)**2", "w"): "2*x*(w*x + b - y)"}
