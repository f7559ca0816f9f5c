"""How fast, how soon, how big: figures that anybody can measure again with `./run bench`."""
