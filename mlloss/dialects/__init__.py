"""The losses as each framework spells them, on arrays of any framework.

A dialect has one framework's import paths, names, argument order, defaults and deprecated
arguments, so that a port changes import lines only: `mlloss.dialects.torch` stands for torch.nn,
`mlloss.dialects.paddle` for paddle.nn, `mlloss.dialects.mindspore` for mindspore.nn, each with its
functions in `functional` or `ops`. None of them imports the framework. What a framework documents
is what its dialect gives; where the framework itself gives something else
(`mlloss differences`), the dialect has the definition's number.
"""
