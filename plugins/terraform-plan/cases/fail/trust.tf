terraform { # expect: provider-unpinned 0:/body/required_version
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0" # expect: provider-unpinned
    }
    google = { source = "hashicorp/google" } # expect: provider-unpinned 0:/body/required_providers/0/google/version
    random = "!= 3.0.0" # expect: provider-unpinned
  }
}

# expect: module-unpinned 1:/body/version
module "vpc" {
  source = "terraform-aws-modules/vpc/aws"
}

module "network" {
  source  = "app.example.com/shop/network/google"
  version = "~> 1.0" # expect: module-unpinned
}

module "dns" {
  source = "git::https://example.com/dns.git//modules/zone?ref=v1.2.3" # expect: module-unpinned
}

module "queue" {
  source = "github.com/example/queue" # expect: module-unpinned
}

module "bucket" {
  source = "https://example.com/bucket.zip" # expect: module-unpinned
}

module "topic" {
  source = "s3::https://s3-eu-west-1.amazonaws.com/modules/topic.zip" # expect: module-unpinned
}

data "external" "user" { # expect: external-data 7:/labels/0
  program = ["sh", "-c", "id"]
}

data "http" "address" { # expect: external-data
  url = "https://example.com/address"
}

data "terraform_remote_state" "network" { # expect: external-data
  backend = "s3"
}

resource "terraform_data" "migrate" {
  provisioner "local-exec" { # expect: provisioner 10:/body/provisioner/0/local-exec
    command = "./migrate"
  }

  provisioner "remote-exec" { # expect: provisioner
    inline = ["reboot"]
  }

  provisioner "file" { # expect: provisioner
    source      = "app.conf"
    destination = "/etc/app.conf"
  }
}
