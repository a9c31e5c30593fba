nodes = 5
