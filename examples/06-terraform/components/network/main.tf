# The network of an environment: an address range, and as many subnets as it has zones.
terraform {
  required_version = "~> 1.4"

  backend "local" {}
}

variable "range" {
  description = "The addresses, as a CIDR block."
  type        = string
}

variable "zones" {
  description = "The zones that have a subnet."
  type        = list(string)
}

module "subnets" {
  source = "../../modules/subnets"

  range = var.range
  zones = var.zones
}

resource "terraform_data" "network" {
  input = {
    range   = var.range
    subnets = module.subnets.ranges
  }
}

output "network" {
  value = terraform_data.network.output
}
