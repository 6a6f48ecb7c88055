"""Up to what size which way is taken, and how much of an array at a time: measured, all of it.

At these sizes the one way begins to take less time than the other, as `mlloss bench` shows; none
of them changes a result by more than rounding does. Numbers, classes and slots are of one array;
slots are places of a list.
"""

# Index lists whose values are at hand, before any framework sees them
LISTS_WHOLE = 1 << 14  # numbers of an array that is read whole sooner than cut to its longest list
LISTS_FIRST = 64  # slots that are looked at for its end before any more

# Arrays in host memory
CACHED = 1 << 18  # numbers of an array that are worked through together
HOST_SMALL = 1 << 15  # numbers that NumPy is done with before PyTorch, which takes one thread
HOST_BLOCK = 1 << 17  # numbers at a time: the memory of more goes back to the system each time

# NumPy, and with it all that compute with it in host memory
NUMPY_MANY = 1 << 14  # from here on what takes less time a number counts, not what begins sooner
NUMPY_PAIRS = 1 << 16  # hinges in all that are compared sooner than any list is sorted
NUMPY_LONG = 4096  # classes of rows that are gone through one by one
NUMPY_BUFFERED = 512  # classes of rows that NumPy's buffer should hold no two of
NUMPY_RARE = 16  # scores for each one above a threshold, where these alone are searched
NUMPY_FEW = 40  # thresholds that are compared one by one sooner than by a table
NUMPY_BUCKETS = 64  # of that table, for each threshold, ...
NUMPY_SPREAD = 6  # ... if there are so many scores for each of them

# PyTorch
TORCH_PAIRS = 1 << 22  # hinges, 16 MB an array: on a device more operations take longer than larger
TORCH_WIDE = 64  # slots of lists that a graph reads in less time than it calls NumPy

# Paddle
PADDLE_COPIED = 1 << 15  # numbers that are copied sooner than lent
PADDLE_BLOCK = 1 << 16  # numbers of a gradient at a time: as HOST_BLOCK

# JAX. XLA on a CPU is fast at comparisons of whole arrays, and at gathers that stand alone. It is
# slow at sorting, at running sums of long rows, and where memory is new.
JAX_PAIRS = 1 << 14  # hinges that take less time all at once than by sorted levels, ...
JAX_PAIRS_A_ROW = 1 << 9  # ... in rows that have no more each
JAX_FEW = 16  # slots that are gone through in one operation ...
JAX_MANY = 128  # ... or compared one by one sooner than looked up, ...
JAX_STRIDE = 8  # ... so many in a pass
JAX_WIDTHS = (JAX_FEW, 48, JAX_MANY)  # that wider lists are cut to, where no row lists more
JAX_SHORT = 1024  # classes whose counts are added up in words sooner than scattered
JAX_LONG = 64  # classes that are put together before a row is looked through or added up
JAX_CACHED = 1 << 16  # counts that go into a histogram at a time, in little new memory
