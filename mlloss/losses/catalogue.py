"""Every loss, as data: what `mlloss spec` prints, and the tests hold the functions to."""

from mlloss.core.spec import LossSpec

_INPUT = ("input", "floating scores, (..., C): C classes on `axis`, any leading axes, also none")
_REDUCTION = (
    "reduction",
    '"none": one number a row; "sum": their sum; "mean": the sum divided by the number of rows',
)
_LABELS = (
    "labels",
    '"indices": class numbers, ended by -1; "binary": {0, 1} a class; "signed": {-1, +1} a class',
)
_AXIS = ("axis", "the class axis of input, and of target (index lists stand along it too)")
_VALIDATE = (
    "validate",
    "None: check label values when they are at hand, else make the offending rows nan; "
    "True: always check; False: use whatever stands there (a number of no class ends a list)",
)

MARGIN = LossSpec(
    name="multilabel_margin_loss",
    summary="Multi-label hinge loss: every target class should lead every other class by 1.",
    formula="loss(x, J) = sum over j in J, i not in J of max(0, 1 - (x[j] - x[i])) / C",
    notes=(
        "J is a list: a class listed twice counts twice. It ends at the first -1; what stands "
        "after it has no influence. Binary and signed labels list each class once.",
        "No targets, or every class a target: 0.",
        "Which pairs are active is decided as in exact arithmetic; the subgradient where "
        "1 - (x[j] - x[i]) is exactly 0 is 0. The second derivative is 0.",
        "Infinite scores follow IEEE arithmetic: a class at -inf that is no target costs nothing, "
        "a target at -inf costs inf, inf - inf is nan.",
        "nan in a row of input makes the row's loss and gradient nan, and no other row's.",
    ),
    arguments=(
        _INPUT,
        ("target", "integers (..., L) for any width L, or one label a class in input's shape"),
        _REDUCTION,
        _LABELS,
        _AXIS,
        _VALIDATE,
    ),
    default_labels="indices",
    takes_weight=False,
    fractions=False,
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html",
        "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelMarginLoss_en.html",
        "https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_margin_loss.html",
    ),
)

SOFT_MARGIN = LossSpec(
    name="multilabel_soft_margin_loss",
    summary="Binary cross-entropy of every class's own sigmoid, averaged over the classes.",
    formula="loss(x, y) = mean over c of weight[c] * "
    "-(y[c] * log(sigmoid(x[c])) + (1 - y[c]) * log(sigmoid(-x[c])))",
    notes=(
        "y may be any number in [0, 1] in the binary convention. An index list is a set: a class "
        "listed twice counts once.",
        "'mean' divides by the number of rows, never by the sum of the weights.",
        "Finite for every finite score; at x = -inf and +inf the limit: 0 on the right side, inf "
        "on the wrong one. A class of weight 0 adds 0.",
        "nan in a row of input makes the row's loss nan, and no other row's.",
    ),
    arguments=(
        _INPUT,
        ("target", "one label a class in input's shape, or integers (..., L) for any width L"),
        (
            "weight",
            "None, a number, one number a class (C,), or an array that broadcasts to input's "
            "shape without changing it",
        ),
        _REDUCTION,
        _LABELS,
        _AXIS,
        _VALIDATE,
    ),
    default_labels="binary",
    takes_weight=True,
    fractions=True,
    references=(
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html",
        "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/MultiLabelSoftMarginLoss_en.html",
        "https://www.mindspore.cn/docs/en/master/api_python/ops/mindspore.ops.multilabel_soft_margin_loss.html",
    ),
)

CATALOGUE: dict[str, LossSpec] = {spec.name: spec for spec in (MARGIN, SOFT_MARGIN)}
