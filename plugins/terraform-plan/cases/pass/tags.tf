# settings: {"requiredTags": ["Owner", "stage"]}
resource "azurerm_resource_group" "shop" {
  tags = { owner = "shop", Stage = var.stage }
}

resource "aws_sqs_queue" "mail" {
  tags = merge(local.tags, { Name = "mail" })
}

resource "aws_sqs_queue" "orders" {}

resource "google_pubsub_topic" "mail" {
  labels = { (var.owner_key) = "shop" }
}

# Its tags are names of networks.
resource "google_compute_instance" "web" {
  tags = ["web"]
}
