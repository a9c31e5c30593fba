# settings: {"requiredTags": ["Owner", "stage"]}
resource "azurerm_resource_group" "shop" {
  # expect: untagged 0:/body/tags
  tags = { owner = "shop" }
}

# The provider may add what is lacking: it is only a warning.
resource "aws_sqs_queue" "mail" {
  # expect: untagged
  tags = { Owner = "shop" }
}

resource "google_pubsub_topic" "mail" {
  labels = {} # expect: untagged
}
