import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { LedgerDto, LedgerQueryDto } from './ledger.dto.js';
import { LedgerService } from './ledger.service.js';

@ApiTags('ledger')
@Controller('v1/ledger')
export class LedgerController {
  constructor(private readonly ledger: LedgerService) {}

  @Get()
  @ApiOperation({
    summary: 'What became of every acknowledged message',
    description:
      'In total without parameters; for a publisher, a range of hours, or grouped. Callers of some departments see the devices of those.',
  })
  @ApiOkResponse({ type: LedgerDto })
  @Answers('bad-request', 'not-found')
  read(@CurrentCaller() caller: Caller, @Query() query: LedgerQueryDto): Promise<LedgerDto> {
    return this.ledger.read(caller, query);
  }
}
