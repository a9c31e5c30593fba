;; A core module: it would have to be made a component first.
(module
  (memory (export "memory") 1)
  (func (export "check") (result i32) (i32.const 0)))
