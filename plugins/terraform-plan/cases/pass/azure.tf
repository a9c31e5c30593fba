resource "azurerm_network_security_group" "web" {
  security_rule {
    direction              = "Inbound"
    access                 = "Allow"
    protocol               = "Tcp"
    source_address_prefix  = "*"
    destination_port_range = "443"
  }

  security_rule {
    direction              = "Inbound"
    access                 = "Deny"
    protocol               = "*"
    source_address_prefix  = "*"
    destination_port_range = "*"
  }

  security_rule {
    direction              = "Outbound"
    access                 = "Allow"
    protocol               = "*"
    source_address_prefix  = "*"
    destination_port_range = "*"
  }
}

resource "azurerm_storage_account" "files" {
  https_traffic_only_enabled      = true
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
}

resource "azurerm_managed_disk" "data" {
  disk_size_gb = 10
}

resource "azurerm_key_vault" "keys" {
  public_network_access_enabled = true

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

resource "azurerm_kubernetes_cluster" "shop" {
  api_server_access_profile {
    authorized_ip_ranges = ["192.0.2.0/24"]
  }
}
