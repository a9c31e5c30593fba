resource "azurerm_network_security_rule" "ssh" {
  direction                  = "Inbound"
  access                     = "Allow"
  protocol                   = "Tcp"
  source_port_range          = "*"
  source_address_prefix      = "Internet" # expect: open-ingress
  destination_port_range     = "22"
  destination_address_prefix = "*"
}

resource "azurerm_network_security_group" "web" {
  name = "web"

  security_rule {
    direction               = "Inbound"
    access                  = "Allow"
    protocol                = "*"
    source_address_prefixes = ["10.0.0.0/8", "0.0.0.0/0"] # expect: open-ingress 1:/body/security_rule/0/source_address_prefixes/1
    destination_port_ranges = ["443", "8000-9000"]
  }
}

resource "azurerm_storage_account" "files" {
  https_traffic_only_enabled      = false    # expect: unencrypted
  min_tls_version                 = "TLS1_0" # expect: unencrypted
  allow_nested_items_to_be_public = true     # expect: public
}

resource "azurerm_storage_container" "files" {
  container_access_type = "blob" # expect: public
}

resource "azurerm_postgresql_server" "orders" {
  ssl_enforcement_enabled = false # expect: unencrypted
}

resource "azurerm_redis_cache" "sessions" {
  non_ssl_port_enabled = true # expect: unencrypted
}

resource "azurerm_mssql_server" "orders" {
  public_network_access_enabled = true # expect: public
}

resource "azurerm_kubernetes_cluster" "shop" { # expect: public 7:/body/private_cluster_enabled
  name = "shop"
}
