resource "aws_security_group" "wrong_types" {
  ingress = "all"
}

resource "aws_security_group" "other_wrong_types" {
  ingress = [
    null,
    "tcp",
    { protocol = ["tcp"], from_port = "ssh", to_port = {}, cidr_blocks = "0.0.0.0/0" },
    { protocol = "tcp", from_port = null, to_port = null, cidr_blocks = ["0.0.0.0/0"] },
    { protocol = "tcp", from_port = 25, to_port = 20, cidr_blocks = ["0.0.0.0/0"] },
    { protocol = "tcp", from_port = 22, to_port = 22, cidr_blocks = [null, 0, true, ["0.0.0.0/0"]] },
  ]
}

resource "aws_db_instance" "not_made" {
  count             = 0
  storage_encrypted = false
}

resource "aws_efs_file_system" "made_for_none" {
  for_each = {}
}

resource "aws_efs_file_system" "words" {
  encrypted = "true"
}

resource "aws_s3_bucket" "literal" {
  acl = "$${public-read}"
}

resource "google_project_iam_binding" "wrong_types" {
  members = { all = "allUsers" }
}

resource "azurerm_storage_account" "null" {
  https_traffic_only_enabled = null
  min_tls_version            = 1.0
}

terraform {
  required_version = null
}

module "without_source" {}

locals {}

resource "google_compute_firewall" "deep" {
  source_ranges = [[[[["0.0.0.0/0"]]]]]
  allow {
    protocol = "all"
  }
}
