"""Running statistics move once a call, however often a call has been made and whether it is recorded."""

from gradcli.session.session import Session

PROGRAM = """
m = nn.BatchNorm1d(2, momentum=0.5)
x = torch.full((4, 2), 8.0, requires_grad={tracked})
for _ in range(60):
    m(x)
m.running_mean.fill_(0.0)
m(x)
print(m.running_mean.tolist(), m.num_batches_tracked.item())
"""


def test_running_statistics_move_once_a_call():
    for tracked in (False, True):
        assert Session("modern").run(PROGRAM.format(tracked=tracked), echo=False) == "[4.0, 4.0] 61\n", tracked
