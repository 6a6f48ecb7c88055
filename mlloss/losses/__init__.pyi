from mlloss.losses.multilabel_margin import multilabel_margin_loss as multilabel_margin_loss
from mlloss.losses.multilabel_soft_margin import (
    multilabel_soft_margin_loss as multilabel_soft_margin_loss,
)
