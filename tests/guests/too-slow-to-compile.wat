;; Compiles for a long time: the test puts the line that says `again` here a great many times.
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "tollgate:gate/validation@0.1.0#describe") (result i32)
    (local $a i64) (local $b i64)
    (if (i64.lt_u (local.get $a) (local.get $b)) (then (local.set $b (i64.rotl (local.get $a) (i64.div_u (local.get $b) (i64.const 3)))))) ;; again
    unreachable)
  (func (export "tollgate:gate/validation@0.1.0#configure") (param i32 i32) (result i32) unreachable)
  (func (export "tollgate:gate/validation@0.1.0#check") (param i32 i32 i32 i32 i32 i32) (result i32) unreachable))
