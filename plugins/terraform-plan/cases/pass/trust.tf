terraform {
  required_version = "~> 1.9"

  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 5.0" }
    google = { source = "hashicorp/google", version = ">= 6.0, < 7.0" }
    random = "3.6.2"
    shell  = { source = "terraform.io/builtin/terraform" }
  }
}

terraform {
  backend "s3" {
    bucket = "state"
  }
}

module "local" {
  source = "../modules/vpc"
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.2"
}

module "dns" {
  source = "git::https://example.com/dns.git//modules/zone?depth=1&ref=0123456789abcdef0123456789abcdef01234567"
}

module "bucket" {
  source = "https://example.com/bucket.zip?checksum=sha256:9b74c9897bac770ffc029102a200c5de"
}

module "topic" {
  source = "s3::https://s3-eu-west-1.amazonaws.com/modules/topic.zip?version=3HL4kqtJlcpXroDTDmJ"
}

module "queue" {
  source  = "example/queue/aws"
  version = local.queue_version
}

data "aws_ami" "base" {
  most_recent = true
}

resource "terraform_data" "revision" {
  input = var.revision
}
