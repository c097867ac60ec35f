variable "ssh_cidr_blocks" {
  type = list(string)
}

variable "bastion_allowed_ip" {
  default = "10.0.0.0/8"
}

variable "web_cidr" {
  default = "0.0.0.0/0"
}
