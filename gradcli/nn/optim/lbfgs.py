"""L-BFGS: quasi-Newton steps from the last few gradients (Nocedal and Wright, Numerical Optimization, ch. 3 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.detached import detached_for
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.variable import recording
from gradcli.engine.tensor.write_gate import StepWrites, writing
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.optim.optimizer import Array, Optimizer, scalar
from gradcli.nn.optim.parameter_states import STEP, missing_entry

SUFFICIENT, CURVED = 1e-4, 0.9      # the constants of the Wolfe conditions
NARROW = 1e-9                       # a bracket below this size is not searched further


class LinePoint(NamedTuple):
    """A point of a line search: the step t, the loss there, its gradient (flat), and the directional derivative."""

    t: Any
    loss: float
    gradient: Array
    slope: Any


def cubic_minimum(a: LinePoint, b: LinePoint, low: Any, high: Any) -> Any:
    """The minimizer within bounds of the cubic through two points with their slopes (eq. 3.59)."""
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    d2 = np.sqrt(square)
    first, second = (a, b) if a.t <= b.t else (b, a)
    span = second.t - first.t
    least = second.t - span * ((second.slope + d2 - d1) / (second.slope - first.slope + 2 * d2))
    return min(max(least, low), high)


class Search:
    """A line search for a point that satisfies the strong Wolfe conditions (algorithms 3.5 and 3.6)."""

    def __init__(self, evaluate: Callable[[Any], LinePoint], start: LinePoint, size: Any, tries: int) -> None:
        self.evaluate, self.start, self.size, self.tries = evaluate, start, size, tries
        self.evaluations = 0

    def _at(self, t: Any) -> LinePoint:
        self.evaluations += 1
        return self.evaluate(t)

    def _too_high(self, point: LinePoint) -> bool:
        return bool(point.loss > self.start.loss + SUFFICIENT * point.t * self.start.slope)

    def _flat(self, point: LinePoint) -> bool:
        return bool(abs(point.slope) <= -CURVED * self.start.slope)

    def run(self, t: Any) -> LinePoint:
        """A point that satisfies the conditions, or the best of `tries` steps; `t` is the first step tried."""
        before, now = self.start, self._at(t)
        tried = 0
        while tried < self.tries:
            if self._too_high(now) or (tried > 1 and now.loss >= before.loss):
                return self._zoom(before, now, tried)
            if self._flat(now):
                return now
            if now.slope >= 0:
                return self._zoom(before, now, tried)
            further = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10)
            before, now = now, self._at(further)
            tried += 1
        return min(self.start._replace(t=0), now, key=lambda point: point.loss)

    def _zoom(self, a: LinePoint, b: LinePoint, tried: int) -> LinePoint:
        """A point that satisfies the conditions between two that bracket one (algorithm 3.6)."""
        ends = [a, b]
        stuck = False
        low = 0 if a.loss <= b.loss else 1
        while tried < self.tries:
            if abs(ends[1].t - ends[0].t) * self.size < NARROW:
                break
            t, stuck = self._trial(ends, stuck)
            point = self._at(t)
            tried += 1
            if self._too_high(point) or point.loss >= ends[low].loss:
                ends[1 - low] = point
                low = 0 if ends[0].loss <= ends[1].loss else 1
                continue
            satisfied = self._flat(point)
            if not satisfied and point.slope * (ends[1 - low].t - ends[low].t) >= 0:
                ends[1 - low] = ends[low]
            ends[low] = point
            if satisfied:
                break
        return ends[low]

    @staticmethod
    def _trial(ends: list[LinePoint], stuck: bool) -> tuple[Any, bool]:
        """The next step to try, kept off the ends where that makes no progress; whether it was close to one."""
        low, high = sorted((ends[0].t, ends[1].t))
        t = cubic_minimum(ends[0], ends[1], low, high)
        margin = 0.1 * (high - low)
        if min(high - t, t - low) >= margin:
            return t, False
        if stuck or t >= high or t <= low:
            return (high - margin if abs(t - high) < abs(t - low) else low + margin), False
        return t, True


class LBFGS(Optimizer):
    """Several quasi-Newton steps for each call of step(closure); all parameters are one vector to it."""

    __slots__ = ()
    _module_path = "torch.optim.lbfgs"
    _entry_kinds = {"func_evals": "count", "n_iter": "count", "al": "shares", "d": "vector", "t": "number",
                    "old_dirs": "vectors", "old_stps": "vectors", "ro": "numbers", "H_diag": "number",
                    "prev_flat_grad": "vector", "prev_loss": "number"}

    def __init__(self, params: Any, lr: float = 1, max_iter: int = 20, max_eval: Any = None,
                 tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9, history_size: int = 100,
                 line_search_fn: Any = None) -> None:
        super().__init__(params, {
            "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change, "history_size": history_size,
            "line_search_fn": line_search_fn})
        if len(self.param_groups) != 1:
            raise ValueFault("LBFGS doesn't support per-parameter options (parameter groups)")

    def _step(self, closure: Callable[[], Any] | None) -> Any:
        """Minimise for up to max_iter steps; `closure` computes the loss anew, and its gradients."""
        if closure is None:
            raise ArgumentFault("LBFGS computes the loss several times: step() needs a closure that does",
                                ("optimizer.step(closure)", "where closure() clears gradients, computes the loss, "
                                 "calls backward and returns the loss")).saying(
                "LBFGS.step() missing 1 required positional argument: 'closure'")
        group, params = self.param_groups[0], self._params(self.param_groups[0])
        self._plain_options(group)
        search = group.get("line_search_fn")
        if search not in (None, "strong_wolfe"):
            raise ValueFault("only 'strong_wolfe' is supported")
        state = self._state_of(params[0])
        try:
            return _Descent(params, closure, group, state).run(search is not None)
        except KeyError as missing:
            raise missing_entry(missing) from None
        finally:
            self._show(params[0], state)

    def _held(self, p: Tensor, value: Any, name: str, subject: str) -> Any:
        """One entry of the state: a number, a vector of all parameters, or a list of either."""
        kind = self._entry_kinds[name]
        if kind.endswith("s") and type(value) is not list:
            raise ArgumentFault(f"{subject}: {name} is a list of {kind}, not {described(value)}")
        if kind == "shares":        # written by each step anew
            return [None] * len(value)
        size = sum(q.array.size for q in self._params(self.param_groups[0]))
        entries = [self._one(v, kind.startswith("vector"), size, f"{subject}: {name}")
                   for v in (value if type(value) is list else [value])]
        return entries if kind.endswith("s") else int(entries[0]) if kind == "count" else entries[0]

    @staticmethod
    def _one(value: Any, vector: bool, size: int, subject: str) -> Any:
        if vector and isinstance(value, Tensor) and value.array.shape == (size,) and value.array.dtype.kind == "f":
            return value.array
        if not vector and isinstance(value, Tensor) and value.array.size == 1 and value.array.dtype.kind == "f":
            return value.array.reshape(())[()]
        if vector or type(value) not in NUMBERS:
            raise ArgumentFault(f"{subject} must be {f'a vector of {size} numbers' if vector else 'a number'}, not "
                                f"{described(value)}")
        return value


class _Descent:
    """The iterations of one call of step()."""

    def __init__(self, params: list[Any], closure: Callable[[], Any], group: dict[str, Any],
                 state: dict[str, Any]) -> None:
        self.params, self.closure, self.state = params, closure, state
        self.lr, self.max_steps = scalar(group, "lr"), int(scalar(group, "max_iter"))
        self.max_evaluations = int(scalar(group, "max_eval"))
        self.tolerance_grad, self.tolerance_change = scalar(group, "tolerance_grad"), scalar(group, "tolerance_change")
        self.history = int(scalar(group, "history_size"))
        self.evaluation_count = 0

    def run(self, searching: bool) -> Any:
        state = self.state
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = self._loss()
        loss, gradient = _number(first), self._gradient()
        steps = 0
        while np.abs(gradient).max(initial=0) > self.tolerance_grad and steps < self.max_steps:
            steps += 1
            state["n_iter"] += 1
            direction = self._direction(gradient)
            state["prev_flat_grad"], state["prev_loss"] = gradient.copy(), loss
            before = loss
            t: Any = self.lr
            if state["n_iter"] == 1:
                t = min(1.0, 1.0 / np.abs(gradient).sum()) * self.lr
            slope = gradient.dot(direction)
            state["d"], state["t"] = direction, t
            if slope > -self.tolerance_change:
                break
            if searching:
                loss, gradient, t = self._search(LinePoint(0, loss, gradient, slope), direction, t)
                state["t"] = t
            else:
                self._move(direction, t)
                if steps == self.max_steps:
                    break
                loss, gradient = _number(self._loss()), self._gradient()
            if self.evaluation_count >= self.max_evaluations or abs(loss - before) < self.tolerance_change or (
                    np.abs(direction * t).max(initial=0) <= self.tolerance_change):
                break
        for name in LBFGS._entry_kinds:     # in the order of PyTorch's
            if name in state:
                state[name] = state.pop(name)
        return first

    def _direction(self, gradient: Array) -> Array:
        """Minus the approximate inverse Hessian times the gradient, by the two-loop recursion (algorithm 7.4)."""
        state = self.state
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return np.negative(gradient)
        changes, moves, weights = state["old_dirs"], state["old_stps"], state["ro"]
        change, move = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = change.dot(move)
        if curvature > 1e-10:
            if len(changes) == self.history:
                for history in (changes, moves, weights):
                    history.pop(0)
            changes.append(change)
            moves.append(move)
            weights.append(1.0 / curvature)
            state["H_diag"] = curvature / change.dot(change)
        q = np.negative(gradient)
        shares = state.setdefault("al", [])
        shares += [None] * (max(min(self.history, 10_000), len(changes)) - len(shares))
        for i in reversed(range(len(changes))):
            shares[i] = moves[i].dot(q) * weights[i]
            q -= changes[i] * shares[i]
        q *= state["H_diag"]
        for i in range(len(changes)):
            q += moves[i] * (shares[i] - changes[i].dot(q) * weights[i])
        return q

    def _search(self, start: LinePoint, direction: Array, t: Any) -> tuple[float, Array, Any]:
        """Move along `direction` to the end of a line search; return the loss and gradient there, and the step."""
        origin = [p.array.copy() for p in self.params]

        def evaluate(t: Any) -> LinePoint:
            self._move(direction, t)
            loss, gradient = _number(self._loss()), self._gradient()
            for p, values in zip(self.params, origin, strict=True):
                writing(p.array, "LBFGS.step")[...] = values
            return LinePoint(t, loss, gradient, gradient.dot(direction))

        search = Search(evaluate, start, np.abs(direction).max(initial=0), self.max_evaluations - self.evaluation_count)
        point = search.run(t)
        self._move(direction, point.t)
        return point.loss, point.gradient, point.t

    def _loss(self) -> Any:
        self.evaluation_count += 1
        self.state["func_evals"] += 1
        with recording(True):
            return self.closure()

    def _gradient(self) -> Array:
        """The gradients of all parameters, as one vector."""
        return np.concatenate([np.zeros(p.array.size, p.array.dtype) if p.grad is None
                               else detached_for(p.grad, STEP).array.reshape(-1) for p in self.params])

    def _move(self, direction: Array, t: Any) -> None:
        at = 0
        for p in self.params:
            size = p.array.size
            memory = writing(p.array, "LBFGS.step")
            memory += (direction[at : at + size] * t).reshape(memory.shape)
            if StepWrites.counted:
                note_write(p, "LBFGS.step", here())
            at += size


def _number(loss: Any) -> float:
    if isinstance(loss, Tensor) and loss.array.size == 1:
        return float(loss.array.item())
    if type(loss) in NUMBERS:
        return float(loss)
    raise ArgumentFault(f"the closure must return the loss, a single number, not {described(loss)}",
                        ("return loss", "at the end of the closure"))
