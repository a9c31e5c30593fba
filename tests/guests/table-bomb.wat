;; Grows its table until it may not. Describes itself as `bomb`, version `1`, without rules, with the schema `{}`.
(module
  (memory (export "memory") 1)
  (table $table 1 funcref)
  (data (i32.const 16) "bomb1{}")
  ;; A description: name, version, rules and schema, each a pointer and a length.
  (data (i32.const 32) "\10\00\00\00\04\00\00\00" "\14\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\15\00\00\00\02\00\00\00")
  ;; `ok` with needs: scope `document`, no kinds, no Secret values.
  (data (i32.const 64) "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "tollgate:gate/validation@0.1.0#describe") (result i32) (i32.const 32))
  (func (export "tollgate:gate/validation@0.1.0#configure") (param i32 i32) (result i32) (i32.const 64))
  (func (export "tollgate:gate/validation@0.1.0#check") (param i32 i32 i32 i32 i32 i32) (result i32)
    (loop $again
      (drop (table.grow $table (ref.null func) (i32.const 1000)))
      (br $again))
    unreachable))
