variable "ssh_cidr_blocks" {
  type    = list(string)
  default = ["0.0.0.0/0"] # expect: terraform-admin-cidr-default
}

variable "bastion_allowed_ip" {
  default = "0.0.0.0/0" # expect: terraform-admin-cidr-default
}
