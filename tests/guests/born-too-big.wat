;; Wants 128 MiB of memory to begin with, twice what a native guest may have.
(module
  (memory (export "memory") 2048)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "tollgate:gate/validation@0.1.0#describe") (result i32) unreachable)
  (func (export "tollgate:gate/validation@0.1.0#configure") (param i32 i32) (result i32) unreachable)
  (func (export "tollgate:gate/validation@0.1.0#check") (param i32 i32 i32 i32 i32 i32) (result i32) unreachable))
