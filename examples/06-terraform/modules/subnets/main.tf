# Cuts an address range into a subnet for each zone.
variable "range" {
  description = "The addresses, as a CIDR block."
  type        = string
}

variable "zones" {
  description = "The zones that have a subnet."
  type        = list(string)
}

output "ranges" {
  value = { for index, zone in var.zones : zone => cidrsubnet(var.range, 4, index) }
}
