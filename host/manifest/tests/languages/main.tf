# Fargate, later.
terraform {
  required_version = ">= 1.9"
  backend "s3" {
    bucket = "state"
  }
}

resource "aws_s3_bucket" "logs" {
  bucket        = "logs-${var.stage}"
  force_destroy = false
  count         = 2
  offset        = -1
  ratio         = 1.50
  tags          = { Name = "é", "a/b" = null, (var.key) = local.x }
  cidrs         = ["10.0.0.0/8", var.cidr]
  literal       = "no $${template} \"here\""
  choice        = var.big ? 1 : 2
  names         = [for name in var.names : upper(name)]

  policy = <<-EOT
    {
      "a": "${var.a}"
    }
  EOT

  raw = <<EOT
  kept
EOT

  lifecycle_rule {
    enabled = true
  }
  lifecycle_rule {
    enabled = var.enabled
  }

  provisioner "local-exec" { command = "true" }
}

locals {}
