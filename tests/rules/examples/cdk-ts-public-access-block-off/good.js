const block = BlockPublicAccess.BLOCK_ALL;
