resource "store_bucket" "logs" {
  kms_key = "keys/logs"
}
