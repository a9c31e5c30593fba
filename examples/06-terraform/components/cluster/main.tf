# The cluster of an environment: nodes of one size. It comes after the network.
terraform {
  required_version = "~> 1.4"

  backend "local" {}
}

variable "nodes" {
  description = "How many nodes there are."
  type        = number
}

variable "size" {
  description = "What a node has."
  type        = string
  default     = "small"
}

# How many nodes a network has addresses for. A real provider would find out no sooner than here either: when it is applied.
locals {
  most_nodes = 8
}

resource "terraform_data" "cluster" {
  input = {
    nodes = var.nodes
    size  = var.size
  }

  lifecycle {
    postcondition {
      condition     = self.output.nodes <= local.most_nodes
      error_message = "The network has no addresses for more than ${local.most_nodes} nodes."
    }
  }
}

output "cluster" {
  value = terraform_data.cluster.output
}
