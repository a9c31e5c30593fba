resource "store_bucket" "logs" {
  name    = "logs"
  kms_key = var.key
}

# expect: encrypted-bucket 1:/body/kms_key
resource "store_bucket" "more" {
  name = "more"
}
